// npm run bench -- search: search in many vectors, exact and in lists: milliseconds of one core for a query, memory, the
// time to make the lists, and the share of the ten nearest that are found. The vectors are embeddings of the photos in
// ../shared and of crops of them, and then mixtures, see real-photos.ts. CPU time, because other programs may share the
// core. Options: --vectors 20000,200000 --crops 7
import { parseArgs } from 'node:util'
import { searchVector } from '@/lib/shared/dataset-check/checked-photos'
import { randomNumbers } from '@/lib/shared/metrics/random'
import type { Work } from '@/lib/shared/training/work'
import { ClusteredIndex } from '@/lib/shared/vector-search/clustered-index'
import { VectorIndex } from '@/lib/shared/vector-search/vector-index'
import { machine } from './machine'
import { madeUpEmbedding, realPhotos } from './real-photos'

const { values } = parseArgs({
  args: process.argv.slice(3),
  options: { vectors: { type: 'string', default: '20000,200000' }, crops: { type: 'string', default: '7' } },
})
const NEIGHBORS = 10
const QUERIES = 100

const cpuMs = () => {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1000
}
const median = (list: readonly number[]) => [...list].sort((a, b) => a - b)[Math.floor(list.length / 2)] ?? 0

function run<T>(work: Work<T>): T {
  for (;;) {
    const { done, value } = work.next()
    if (done) return value
  }
}

interface Timed<T> {
  values: T[]
  /** Median milliseconds of each. */
  ms: number
}

function timed<T>(runs: readonly (() => T)[]): Timed<T> {
  const times: number[] = []
  const values = runs.map((run) => {
    const start = cpuMs()
    const value = run()
    times.push(cpuMs() - start)
    return value
  })
  return { values, ms: median(times) }
}

function cosine(a: Float32Array, b: Float32Array): number {
  let [ab, aa, bb] = [0, 0, 0]
  for (let i = 0; i < a.length; i++) {
    ab += (a[i] as number) * (b[i] as number)
    aa += (a[i] as number) ** 2
    bb += (b[i] as number) ** 2
  }
  return ab / Math.sqrt(aa * bb)
}

function measure(embedding: () => Float32Array, count: number): void {
  const first = searchVector(embedding())
  const index = new VectorIndex(first.length, count)
  index.add(first)
  const known = [first]
  while (index.size < count) {
    const vector = searchVector(embedding())
    index.add(vector)
    if (known.length < 500) known.push(vector)
  }
  const queries = Array.from({ length: QUERIES }, (_, at) => Math.floor((at * count) / QUERIES))
  const exact = timed(queries.map((row) => () => index.nearest(index.vector(row), NEIGHBORS, row)))
  const four = timed(queries.map((row) => () => index.nearestOfFour(Array(4).fill(index.vector(row)), NEIGHBORS)))
  const errors = index
    .nearest(first, known.length)
    .flatMap(({ row, similarity }) => (known[row] ? [Math.abs(similarity - cosine(first, known[row]))] : []))
  console.log(`
${count} vectors of ${first.length} dimensions, ${NEIGHBORS} nearest, ${QUERIES} queries
exact: one query ${exact.ms.toFixed(1)} ms, one of four at once ${(four.ms / 4).toFixed(1)} ms, memory ${(index.bytes / 1e6).toFixed(0)} MB,
       largest error of a cosine ${Math.max(...errors).toFixed(4)}`)

  const start = cpuMs()
  const clustered = run(ClusteredIndex.build(index))
  const seconds = (cpuMs() - start) / 1000
  const found = timed(queries.map((row) => () => clustered.nearest(clustered.vector(row), NEIGHBORS, row)))
  const right = found.values.flatMap((list, at) => {
    const wanted = new Set(exact.values[at]?.map(({ row }) => row))
    return list.filter(({ row }) => wanted.has(row))
  })
  const recall = right.length / (QUERIES * NEIGHBORS)
  console.log(`lists: one query ${found.ms.toFixed(1)} ms, recall ${recall.toFixed(4)}, memory ${(clustered.bytes / 1e6).toFixed(0)} MB,
       made in ${seconds.toFixed(0)} s; a query looks into ${clustered.searched} of ${clustered.clusters.centers.size}`)
}

const crops = Number(values.crops)
const real = await realPhotos(crops)
console.log(`${machine()}\n${real.length} embeddings of photos and crops of them, CPU time of one core`)
let next = 0
measure(() => real[next++]?.embedding ?? new Float32Array(), real.length)
console.log('\nembeddings of three different photos mixed at random, which are all far from each other:')
const photos = real.filter((_, at) => at % (crops + 1) === 0)
for (const count of values.vectors.split(',').map(Number)) {
  const random = randomNumbers(count)
  measure(() => madeUpEmbedding(photos, random), count)
}
