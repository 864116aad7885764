// npm run bench -- check: copies that are found among photos and copies made of them, labels that look wrong where 5 % of
// them were changed, and photos that count as blurred. Needs ../shared. Options: --photos 300 (of each folder; 0:
// only labels)
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import sharp from 'sharp'
import { checkLabels } from '@/lib/shared/dataset-check/label-issues'
import { checkLabelSets } from '@/lib/shared/dataset-check/label-set-issues'
import { photoTraits } from '@/lib/shared/dataset-check/photo-traits'
import { qualityIssues } from '@/lib/shared/dataset-check/quality'
import { changeLabelSets, changeLabels } from '../tests/support/changed-labels'
import { copiesFound } from '../tests/support/copies-found'
import { machine } from './machine'
import { collages, type EmbeddedCollage } from './train-collages'
import { tasks } from './train-tasks'

const { values } = parseArgs({ args: process.argv.slice(3), options: { photos: { type: 'string', default: '300' } } })
const SHARED = '../shared'
const SEEDS = [1, 2, 3]
const percent = (share: number) => `${(100 * share).toFixed(1)} %`

async function copies(folder: string): Promise<void> {
  const { recall, precision, originalsJoined, photos, originals, seconds } = await copiesFound(
    join(SHARED, folder),
    Number(values.photos),
  )
  console.log(`\ncopies: ${photos} photos from ${folder}, ${originals} of them originals; ${seconds.toFixed(0)} CPU s`)
  for (const [kind, share] of Object.entries(recall)) console.log(`  ${kind.padEnd(14)}${percent(share)} found`)
  console.log(
    `  ${percent(precision)} of the pairs are of one photo; ${originalsJoined} pairs of originals were joined`,
  )
}

function run<T>(work: Generator<void, T>): T {
  for (;;) {
    const { done, value } = work.next()
    if (done) return value
  }
}

async function labels(): Promise<void> {
  console.log('\nlabels that look wrong, 5 % changed: truly wrong of the first 5 %, and number listed')
  for (const { name, photos } of await tasks()) {
    for (const seed of SEEDS) {
      const { examples, changed } = changeLabels(photos, 0.05, seed)
      const { issues } = run(checkLabels(examples, Int32Array.from(photos.keys())))
      const right = issues.slice(0, changed.size).filter(({ example }) => changed.has(example)).length
      console.log(
        `  ${name.padEnd(8)} seed ${seed}  ${percent(right / changed.size)} of ${changed.size}, ${issues.length} listed`,
      )
    }
  }
}

/** Kinds of things, of which animals have a second label. */
async function groupedKinds(): Promise<EmbeddedCollage[]> {
  const kinds = (await tasks()).find(({ name }) => name === 'kinds')?.photos ?? []
  return kinds.map(({ label, ...photo }) => ({ ...photo, labels: ANIMALS.has(label) ? [label, 'animal'] : [label] }))
}

const ANIMALS = new Set(['bird', 'dog', 'feline', 'insect', 'primate', 'reptile'])

async function labelSets(): Promise<void> {
  console.log('\nseveral labels a photo, one of 5 % added or removed: truly wrong of the first 5 %, and number listed')
  await changedSets('kinds', await groupedKinds())
  await changedSets('collages', (await collages())?.trained ?? [])
}

async function changedSets(name: string, given: readonly EmbeddedCollage[]): Promise<void> {
  for (const seed of given.length > 0 ? SEEDS : []) {
    const { photos, changed } = changeLabelSets(given, 0.05, seed)
    const sets = photos.map(({ labels: own, ...features }) => ({ labels: own, features }))
    const { issues } = run(checkLabelSets(sets, Int32Array.from(sets.keys())))
    const right = issues.slice(0, changed.size).filter(({ photo }) => changed.has(photo)).length
    const listed = issues.filter(({ photo }) => changed.has(photo)).length
    console.log(
      `  ${name.padEnd(8)} seed ${seed}  ${percent(right / changed.size)} of ${changed.size}, ${issues.length} listed, ${listed} of them changed`,
    )
  }
}

async function blurred(folder: string): Promise<void> {
  const root = join(SHARED, folder)
  const files = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter((name) => /\.jpe?g$/i.test(name))
  const step = Math.max(1, Math.floor(files.length / Number(values.photos)))
  const some = files.sort().filter((_, at) => at % step === 0)
  const shares: string[] = []
  for (const share of [0, 0.01, 0.02, 0.04]) {
    let count = 0
    for (const file of some) {
      const photo = readFileSync(join(root, file))
      const { width, height } = await sharp(photo).metadata()
      const plain = sharp(photo).toColourspace('srgb').removeAlpha()
      const image = share === 0 ? plain : plain.blur(Math.max(0.3, share * Math.max(width, height)))
      const { data, info } = await image.raw().toBuffer({ resolveWithObject: true })
      if (info.channels !== 3) continue
      const traits = photoTraits(new Uint8Array(data), info.width, info.height)
      if (qualityIssues(traits, info).includes('blurred')) count++
    }
    shares.push(`${percent(share)}: ${percent(count / some.length)}`)
  }
  console.log(`\nblurred, by the radius of a Gaussian in the longer side, ${folder}: ${shares.join(', ')}`)
}

console.log(machine())
const folders = Number(values.photos) > 0 ? ['eval', 'signs'] : []
for (const folder of folders.filter((name) => existsSync(join(SHARED, name)))) {
  await copies(folder)
  await blurred(folder)
}
await labels()
await labelSets()
