// npm run bench -- map: the map of a batch. Prints the time of one core to lay out 1,000 and 10,000 photos, how well the
// map keeps neighbors (trustworthiness as scikit-learn computes it, and the share of the 15 nearest photos that are among
// the 15 nearest on the map), and frames per second while 10,000 points are dragged in Chromium. The photos are those of
// ../shared, each in four views; without them, vectors are made up. `--vectors <file>` writes the vectors for
// bench/map_umap.py. CPU time, because other programs may share the core.
import { existsSync, writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { searchVector } from '@/lib/shared/dataset-check/checked-photos'
import { randomNumbers } from '@/lib/shared/metrics/random'
import { layOut } from '@/lib/shared/photo-map/lay-out'
import { spread } from '@/lib/shared/photo-map/vectors-file'
import { VectorIndex } from '@/lib/shared/vector-search/vector-index'
import { embedFolder, type View } from './embeddings'
import { machine } from './machine'
import { dragged } from './map-frames'
import { mapQuality } from './map-quality'

const { values } = parseArgs({
  args: process.argv.slice(3),
  options: { photos: { type: 'string', default: '1000,10000' }, vectors: { type: 'string' } },
})
const SETS = ['eval', 'holdout', 'signs'].map((name) => `../shared/${name}`)
const VIEWS: readonly View[] = ['usual', 'top-left', 'bottom-right', 'mirrored']
const MODEL = 'efficientnet-lite0-int8'
const MADE_UP = 10_000
const DIMENSIONS = 1280

async function photoVectors(): Promise<Float32Array[]> {
  const all: Float32Array[] = []
  for (const view of VIEWS) {
    for (const folder of SETS) {
      const { files, dimensions, vectors } = await embedFolder(folder, MODEL, view)
      for (const at of files.keys()) all.push(vectors.slice(at * dimensions, (at + 1) * dimensions))
    }
  }
  return all
}

/** Around a hundred centers, not negative as embeddings are. */
function madeUpVectors(): Float32Array[] {
  const random = randomNumbers(1)
  const centers = Array.from({ length: 100 }, () => Float32Array.from({ length: DIMENSIONS }, () => random() ** 3))
  return Array.from({ length: MADE_UP }, (_, at) =>
    (centers[at % centers.length] as Float32Array).map((value) => Math.max(0, value + 0.3 * (random() - 0.5))),
  )
}

function timed(index: VectorIndex): { points: Float32Array; seconds: number } {
  const { size } = index
  const start = process.cpuUsage()
  const work = layOut({
    dimensions: index.dimensions,
    indices: Int32Array.from({ length: size }, (_, at) => at),
    of: size,
    stored: (at) => index.int8At(at),
  })
  let step = work.next()
  while (!step.done) step = work.next()
  const { user, system } = process.cpuUsage(start)
  return { points: step.value, seconds: (user + system) / 1e6 }
}

const real = SETS.every((folder) => existsSync(folder))
const all = real ? await photoVectors() : madeUpVectors()
console.log(`${machine()}\n${all.length} ${real ? 'photos' : 'made-up vectors'} of ${DIMENSIONS} dimensions\n`)
console.log('photos   seconds of one core   trustworthiness   neighbors kept')
for (const count of values.photos.split(',').map(Number)) {
  const rows = spread(all.length, count).map((at) => searchVector(all[at] as Float32Array))
  const index = new VectorIndex(DIMENSIONS, rows.length)
  for (const row of rows) index.add(row)
  const { points, seconds } = timed(index)
  const { trustworthiness, kept } = mapQuality(index, points)
  console.log(
    `${String(rows.length).padEnd(8)} ${seconds.toFixed(1).padEnd(21)} ${trustworthiness.toFixed(3).padEnd(17)} ${kept.toFixed(3)}`,
  )
  if (values.vectors !== undefined) {
    const file = new Float32Array(rows.length * DIMENSIONS)
    for (const [at, row] of rows.entries()) file.set(row, at * DIMENSIONS)
    writeFileSync(`${values.vectors}-${rows.length}.f32`, file)
  }
  if (rows.length >= MADE_UP) console.log(`\n${await dragged(points)}`)
}
