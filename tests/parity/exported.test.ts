import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import sharp from 'sharp'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { readerPython } from '../../scripts/tools/reader-python.mjs'
import { colorPhotos } from '../support/colors'
import { REAL_MODEL } from '../support/models'
import { visionHere } from '../support/vision-here'

let home: string
let photos: string[]

beforeAll(async () => {
  home = mkdtempSync(join(tmpdir(), 'exported-'))
  for (const [name, bytes] of await colorPhotos()) {
    const path = join(home, 'photos', name)
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, bytes)
  }
  // Enlarged and reduced, in both directions, with odd sides.
  const sizes = [
    [123, 77],
    [301, 655],
    [1400, 933],
  ] as const
  // Transparent areas are white, whatever color is under them.
  const glass = join(home, 'glass.png')
  const background = { r: 10, g: 90, b: 200, alpha: 0.4 }
  await sharp('public/gallery/koala.webp')
    .resize(200, 200)
    .ensureAlpha()
    .extend({ left: 90, background })
    .png()
    .toFile(glass)
  const resized = await Promise.all(
    sizes.map(async ([width, height]) => {
      const path = join(home, `${width}.png`)
      await sharp('public/gallery/koala.webp').resize(width, height, { fit: 'fill' }).png().toFile(path)
      return path
    }),
  )
  photos = [glass, ...resized]
})
afterAll(() => rmSync(home, { recursive: true }))

/** In the order of the scores. */
type Scores = (readonly [label: string, score: number])[]

/** The program in the folder. */
function inPython(folder: string, photo: string): Scores {
  const printed = execFileSync(resolve(readerPython()), ['classify.py', photo], { cwd: folder, encoding: 'utf8' })
  const lines = printed.trim().split('\n')
  return lines.map((line) => [line.slice(line.indexOf(' ') + 1), Number.parseFloat(line)] as const)
}

// A quantized model that takes plain pixels, and one that takes normalized channels.
test.each(['fast', 'tiny'])('an exported model on %s gives the same scores in Python as here', async (base) => {
  const folders = ['--models-dir', REAL_MODEL.MODELS_DIR, '--data-dir', join(home, 'data')]
  const trained = await visionHere(['train', join(home, 'photos'), '--id', `on-${base}`, '--base', base, ...folders])
  expect(trained, trained.err).toMatchObject({ code: 0 })
  const folder = join(home, base)
  expect(await visionHere(['models', ...folders, 'export', `on-${base}`, '--onnx', folder])).toMatchObject({ code: 0 })
  const { out } = await visionHere(['classify', '--model', `on-${base}`, ...folders, '--format', 'ndjson', ...photos])
  const ours = out.split('\n').flatMap((line) => (line === '' ? [] : [JSON.parse(line)]))
  expect(ours.map(({ file }) => file).sort()).toEqual([...photos].sort())
  for (const { file, top_labels, top_scores } of ours) {
    const theirs = inPython(folder, file)
    expect(theirs).toHaveLength(3)
    for (const [i, [label, score]] of theirs.entries()) {
      expect([label, score]).toEqual([top_labels[i], expect.closeTo(top_scores[i], 5)])
    }
  }
})
