import { readFileSync } from 'node:fs'
import sharp from 'sharp'
import { expect, test } from 'vitest'
import type { Problem } from '@/lib/shared/problem'
import { FORMATS, sniff } from './sniff'

const code = (bytes: Uint8Array): string => {
  try {
    return sniff(bytes)
  } catch (error) {
    return `${(error as Problem).code}: ${(error as Problem).detail.split(' ')[0]}`
  }
}
const iso = (major: string, ...compatible: string[]) => {
  const brands = [major, '\0\0\0\0', ...compatible].join('')
  const size = Buffer.alloc(4)
  size.writeUInt32BE(8 + brands.length)
  return Buffer.concat([size, Buffer.from(`ftyp${brands}`, 'latin1')])
}

test.each(FORMATS.filter((format) => format !== 'heic'))('%s, as sharp writes it', async (format) => {
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
  [iso('isom', 'mp42'), 'not_an_image: The'],
  [Buffer.from('\uFEFF  <svg>'), 'unsupported_format: SVG'],
  [Buffer.from('<?xml version="1.0"?><!-- a drawing --><svg width="1">'), 'unsupported_format: SVG'],
  [Buffer.from('<html><body>'), 'not_an_image: The'],
  [Buffer.from('8BPS'), 'unsupported_format: Photoshop'],
  [Buffer.from('ff0a', 'hex'), 'unsupported_format: JPEG'],
  [Buffer.from('BMW is a car, not a bitmap'), 'not_an_image: The'],
  [Buffer.from('GIF'), 'not_an_image: The'],
  [Buffer.alloc(0), 'not_an_image: The'],
])('%s', (bytes, expected) => {
  expect(code(bytes)).toBe(expected)
})

/** A file that says that it is of other brands. */
function branded(file: Buffer, from: string, to: string): Buffer {
  const copy = Buffer.from(file)
  for (let at = 8; at < copy.readUInt32BE(0); at += 4) {
    if (copy.toString('latin1', at, at + 4) === from) copy.write(to, at, 'latin1')
  }
  return copy
}

test('HEIC and AVIF are told by the picture in them, whatever they are called', async () => {
  const heic = readFileSync('tests/parity/golden/heic/grid.heic')
  const avif = await sharp({ create: { width: 4, height: 3, channels: 3, background: 'red' } })
    .avif()
    .toBuffer()
  expect([sniff(heic), sniff(branded(heic, 'heic', 'avif'))]).toEqual(['heic', 'heic'])
  expect([sniff(avif), sniff(branded(avif, 'avif', 'heic'))]).toEqual(['avif', 'avif'])
})
