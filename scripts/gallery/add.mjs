// npm run gallery:add -- <file> --group … --author … --license … --source … [--label …] [--name …]: takes a picture into the gallery:
// the file, its thumbnails, and its line in CREDITS.csv. Without --license and --source it is refused.
import { appendFileSync, copyFileSync, mkdirSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { parseArgs } from 'node:util'
import Papa from 'papaparse'
import sharp from 'sharp'

const GALLERY = join('public', 'gallery')
/**
 * Widths in pixels: two columns on a phone, four on a desktop. The cards name the same in `srcset`. A phone's dense screen
 * hides the lower quality.
 */
const WIDTHS = [
  { width: 320, quality: 60 },
  { width: 480, quality: 72 },
]
const SAMPLE = 112

/** Writes the thumbnails of a gallery photo, upright, over white. The largest has the plain name. */
async function thumbnail(name) {
  mkdirSync(join(GALLERY, 'thumbs'), { recursive: true })
  for (const { width, quality } of WIDTHS) {
    const suffix = width === WIDTHS.at(-1)?.width ? '' : `-${width}`
    await sharp(join(GALLERY, name))
      .autoOrient()
      .flatten({ background: '#fff' })
      .resize({ width, height: (width * 3) / 4, fit: 'cover', position: 'attention' })
      .webp({ quality, effort: 6 })
      .toFile(join(GALLERY, 'thumbs', `${name.replace(/\.\w+$/, '')}${suffix}.webp`))
  }
}

/** The small square under the drop area, at twice its size in pixels, for the pictures that are samples there. */
async function sample(name) {
  await sharp(join(GALLERY, name))
    .autoOrient()
    .resize({ width: SAMPLE, height: SAMPLE, fit: 'cover', position: 'attention' })
    .webp({ quality: 74, effort: 6 })
    .toFile(join(GALLERY, 'thumbs', `${name.replace(/\.\w+$/, '')}-${SAMPLE}.webp`))
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    name: { type: 'string' },
    group: { type: 'string' },
    label: { type: 'string', default: '' },
    author: { type: 'string' },
    license: { type: 'string' },
    source: { type: 'string' },
    package: { type: 'string', default: '' },
    thumbnails: { type: 'boolean', default: false },
  },
})
const credits = join(GALLERY, 'CREDITS.csv')
const known = Papa.parse(readFileSync(credits, 'utf8'), { header: true, skipEmptyLines: true }).data

if (values.thumbnails) {
  for (const { file } of known) await thumbnail(file)
  const samples = readFileSync(join('lib', 'shared', 'gallery', 'samples.ts'), 'utf8').matchAll(/file: '([^']+)'/g)
  for (const [, file] of samples) await sample(file)
  console.log(`${known.length} thumbnails`)
} else {
  const [file] = positionals
  const missing = ['group', 'author', 'license', 'source'].filter((name) => !values[name])
  if (!file || missing.length > 0) {
    console.error(`npm run gallery:add -- <file> ${missing.map((name) => `--${name} …`).join(' ')}`)
    process.exit(2)
  }
  const name = values.name ?? basename(file)
  if (known.some((row) => row.file === name)) {
    console.error(`${name} is in the gallery already`)
    process.exit(1)
  }
  copyFileSync(file, join(GALLERY, name))
  await thumbnail(name)
  const { group, label, author, license, source } = values
  appendFileSync(credits, `${Papa.unparse([[name, group, label, author, license, source, values.package]])}\n`)
  console.log(`${name} is in the gallery`)
}
