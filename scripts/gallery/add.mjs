// npm run gallery:add -- <file> --group … --author … --license … --source … [--label …] [--name …]: adds a photo to the
// gallery: the file, its thumbnails, and a line in CREDITS.csv. --license and --source are required.
import { appendFileSync, copyFileSync, mkdirSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { parseArgs } from 'node:util'
import Papa from 'papaparse'
import sharp from 'sharp'

const GALLERY = join('public', 'gallery')
/** Widths in pixels, for two columns on a phone and four on a desktop. `srcset` of the gallery cards has the same. */
const THUMBNAILS = [
  { width: 320, quality: 60 },
  { width: 480, quality: 72 },
]
const SAMPLE = 112

/** Writes the thumbnails of a gallery photo, upright and on white. The largest has the plain name. */
async function thumbnail(name) {
  mkdirSync(join(GALLERY, 'thumbs'), { recursive: true })
  for (const { width, quality } of THUMBNAILS) {
    const suffix = width === THUMBNAILS.at(-1)?.width ? '' : `-${width}`
    await sharp(join(GALLERY, name))
      .autoOrient()
      .flatten({ background: '#fff' })
      .resize({ width, height: (width * 3) / 4, fit: 'cover', position: 'attention' })
      .webp({ quality, effort: 6 })
      .toFile(join(GALLERY, 'thumbs', `${name.replace(/\.\w+$/, '')}${suffix}.webp`))
  }
}

/** Writes the small square below the drop area, at twice its CSS size, for sample photos. */
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
    console.error(`${name} is already in the gallery`)
    process.exit(1)
  }
  copyFileSync(file, join(GALLERY, name))
  await thumbnail(name)
  const { group, label, author, license, source } = values
  appendFileSync(credits, `${Papa.unparse([[name, group, label, author, license, source, values.package]])}\n`)
  console.log(`Added ${name} to the gallery`)
}
