// npm run bench -- check-size: how long a check of many photos takes, in CPU time, its memory, and how many
// copies it finds. The photos are made of those in ../shared, see real-photos.ts. Labels aren't checked.
// Options: --photos 20000,50000
import { parseArgs } from 'node:util'
import { checkPhotos } from '@/lib/shared/dataset-check/check'
import { CheckedPhotos } from '@/lib/shared/dataset-check/checked-photos'
import type { Work } from '@/lib/shared/training/work'
import { machine } from './machine'
import { type Known, madeUpPhotos, realPhotos } from './real-photos'

const { values } = parseArgs({
  args: process.argv.slice(3),
  options: { photos: { type: 'string', default: '20000,50000' } },
})
const cpuSeconds = () => {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1e6
}

function run<T>(work: Work<T>): T {
  for (;;) {
    const { done, value } = work.next()
    if (done) return value
  }
}

function check(real: readonly Known[], count: number): void {
  const photos = new CheckedPhotos(real[0]?.embedding.length ?? 0, count)
  const copies: [number, number][] = []
  for (const { embedding, print, copyOf } of madeUpPhotos(real, count)) {
    const index = photos.list.length
    if (copyOf !== null) copies.push([index, copyOf])
    const known = { index, file: `${index}.jpg`, sha256: String(index), labels: null, split: null }
    const size = { width: 320, height: 240, bytes: 20_000 }
    const traits = { print, luma: { p1: 0.1, p5: 0.2, p99: 0.9 }, sharpness: 1 }
    photos.add({ ...known, ...size, ...traits }, { embedding, kinds: null })
  }
  console.log(`\n${count} photos`)
  const start = cpuSeconds()
  let shown = -1
  const onProgress = (done: number) => {
    if (Math.floor(20 * done) === shown) return
    shown = Math.floor(20 * done)
    console.log(`  ${5 * shown} % after ${(cpuSeconds() - start).toFixed(0)} CPU s`)
  }
  const { photos: checks } = run(checkPhotos(photos, { onProgress }))
  const groups = checks.map(({ copy_group }) => copy_group)
  const joined = copies.filter(([one, other]) => groups[one] !== null && groups[one] === groups[other]).length
  const { rss } = process.memoryUsage()
  console.log(`  the check: ${(cpuSeconds() - start).toFixed(0)} CPU s, ${(rss / 1e6).toFixed(0)} MB of memory
  ${joined} of ${copies.length} copies found; ${groups.filter((group) => group !== null).length} photos in groups`)
}

const real = await realPhotos()
console.log(`${machine()}\n${real.length} real photos`)
for (const count of values.photos.split(',').map(Number)) check(real, count)
