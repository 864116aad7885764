import { readFileSync } from 'node:fs'
import sharp from 'sharp'
import { expect, test } from 'vitest'
import type { Problem } from '@/lib/shared/problems/problem'
import { sniff } from './sniff'

const code = (bytes: Uint8Array): string => {
  try {
    return sniff(bytes)
  } catch (error) {
    const { code, detail } = error as Problem
    return `${code}: ${/^Camera RAW \(.*?\)|^\S+/.exec(detail)?.[0]}`
  }
}
const iso = (major: string, ...compatible: string[]) => {
  const brands = [major, '\0\0\0\0', ...compatible].join('')
  const size = Buffer.alloc(4)
  size.writeUInt32BE(8 + brands.length)
  return Buffer.concat([size, Buffer.from(`ftyp${brands}`, 'latin1')])
}

/** Formats that sharp cannot write have golden files in tests/parity. */
const WRITTEN = ['jpeg', 'png', 'webp', 'avif', 'gif', 'tiff'] as const

test.each(WRITTEN)('detects %s as written by sharp', async (format) => {
  const image = await sharp({ create: { width: 4, height: 3, channels: 3, background: 'red' } })
    .toFormat(format)
    .toBuffer()
  expect(sniff(image)).toBe(format)
})

test.each([
  [iso('avif', 'mif1', 'miaf'), 'avif'],
  [iso('mif1', 'avif'), 'avif'],
  [iso('avis', 'msf1'), 'avif'],
  [iso('heic', 'mif1'), 'heic'],
  [iso('mif1', 'heic'), 'heic'],
  [iso('heix'), 'heic'],
  [iso('msf1', 'hevc'), 'heic'],
  [iso('isom', 'mp42'), 'not_an_image: This'],
  [Buffer.from('\uFEFF  <svg>'), 'unsupported_format: SVG'],
  [Buffer.from('<?xml version="1.0"?><!-- a drawing --><svg width="1">'), 'unsupported_format: SVG'],
  [Buffer.from('<html><body>'), 'not_an_image: This'],
  [Buffer.from('8BPS'), 'unsupported_format: Photoshop'],
  [Buffer.from('ff0a', 'hex'), 'unsupported_format: JPEG'],
  [Buffer.from('ff4fff51', 'hex'), 'unsupported_format: JPEG'],
  [Buffer.from('\0\0\0\0 TRUEVISION-XFILE.\0'), 'unsupported_format: TGA'],
  [Buffer.from('P6\n# a comment\n 3 2 255\n'), 'pnm'],
  [Buffer.from('P6 is a chip'), 'not_an_image: This'],
  [Buffer.from('424d46000000000000003600000028000000', 'hex'), 'bmp'],
  [Buffer.from('0000010001001010', 'hex'), 'ico'],
  [iso('crx ', 'isom'), 'unsupported_format: Camera RAW (Canon CR3)'],
  [Buffer.from('FUJIFILMCCD-RAW 0201'), 'unsupported_format: Camera RAW (Fujifilm RAF)'],
  [Buffer.from('IIRO\b\0\0\0'), 'unsupported_format: Camera RAW (Olympus ORF)'],
  [Buffer.from('IIU\0\b\0\0\0'), 'unsupported_format: Camera RAW (Panasonic RW2)'],
  [Buffer.from('BMW is a car, not a bitmap'), 'not_an_image: This'],
  [Buffer.from('GIF'), 'not_an_image: This'],
  [Buffer.alloc(0), 'not_an_image: This'],
])('%s', (bytes, expected) => {
  expect(code(bytes)).toBe(expected)
})

/** A copy of a file with a different brand. */
function branded(file: Buffer, from: string, to: string): Buffer {
  const copy = Buffer.from(file)
  for (let at = 8; at < copy.readUInt32BE(0); at += 4) {
    if (copy.toString('latin1', at, at + 4) === from) copy.write(to, at, 'latin1')
  }
  return copy
}

test('distinguishes HEIC and AVIF by their primary image, whatever the brand', async () => {
  const heic = readFileSync('tests/parity/golden/heic/grid.heic')
  const avif = await sharp({ create: { width: 4, height: 3, channels: 3, background: 'red' } })
    .avif()
    .toBuffer()
  expect([sniff(heic), sniff(branded(heic, 'heic', 'avif'))]).toEqual(['heic', 'heic'])
  expect([sniff(avif), sniff(branded(avif, 'avif', 'heic'))]).toEqual(['avif', 'avif'])
})
