// npm run bench -- search: exact search in made-up vectors: milliseconds of one core for a query, alone and among four at
// once, memory, the difference to exact arithmetic, and how long all neighbors of a batch take. CPU time, because other
// programs may share the core. Options: --vectors 200000 --dimensions 1280 --batch 10000
import { parseArgs } from 'node:util'
import { randomNumbers } from '@/lib/shared/metrics/random'
import { allNeighbors } from '@/lib/shared/vector-search/all-neighbors'
import { VectorIndex } from '@/lib/shared/vector-search/vector-index'
import { machine } from './machine'

const { values } = parseArgs({
  args: process.argv.slice(3),
  options: {
    vectors: { type: 'string', default: '200000' },
    dimensions: { type: 'string', default: '1280' },
    batch: { type: 'string', default: '10000' },
  },
})
const [COUNT, DIMENSIONS, BATCH] = [Number(values.vectors), Number(values.dimensions), Number(values.batch)]
const ROUNDS = 25
const NEIGHBORS = 10

const cpuMs = () => {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1000
}
const median = (list: readonly number[]) => [...list].sort((a, b) => a - b)[Math.floor(list.length / 2)] ?? 0
const random = randomNumbers(1)
/** Like square roots of embeddings: not negative, many of them small. */
const vector = () => Float32Array.from({ length: DIMENSIONS }, () => random() ** 3)

function timed(run: () => unknown): number[] {
  return Array.from({ length: ROUNDS }, () => {
    const start = cpuMs()
    run()
    return cpuMs() - start
  })
}

function filled(count: number): VectorIndex {
  const index = new VectorIndex(DIMENSIONS, count)
  for (let row = 0; row < count; row++) index.add(vector())
  return index
}

function exactCosine(a: Float32Array, b: Float32Array): number {
  let [ab, aa, bb] = [0, 0, 0]
  for (let i = 0; i < a.length; i++) {
    ab += (a[i] as number) * (b[i] as number)
    aa += (a[i] as number) ** 2
    bb += (b[i] as number) ** 2
  }
  return ab / Math.sqrt(aa * bb)
}

function largestError(): number {
  const all = Array.from({ length: 500 }, vector)
  const index = new VectorIndex(DIMENSIONS, all.length)
  for (const each of all) index.add(each)
  const [query] = all as [Float32Array]
  const found = index.nearest(query, all.length)
  return Math.max(
    ...found.map(({ row, similarity }) => Math.abs(similarity - exactCosine(query, all[row] as Float32Array))),
  )
}

const index = filled(COUNT)
const queries = Array.from({ length: 4 }, vector) as [Float32Array, ...Float32Array[]]
const one = timed(() => index.nearest(queries[0], NEIGHBORS))
const four = timed(() => index.nearestOfFour(queries, NEIGHBORS))
const small = filled(BATCH)
const start = cpuMs()
const work = allNeighbors(small, NEIGHBORS)
while (!work.next().done);
const all = (cpuMs() - start) / 1000

console.log(`${machine()}
${COUNT} vectors of ${DIMENSIONS} dimensions, ${NEIGHBORS} nearest, ${ROUNDS} rounds, one core, CPU time

one query, median            ${median(one).toFixed(1)} ms
one query, fastest, slowest  ${Math.min(...one).toFixed(1)}, ${Math.max(...one).toFixed(1)} ms
one of four at once, median  ${(median(four) / 4).toFixed(1)} ms
memory                       ${(index.bytes / 1e6).toFixed(0)} MB
largest error of a cosine    ${largestError().toFixed(4)}
all neighbors of ${BATCH}     ${all.toFixed(1)} s; of ${COUNT}, at the same rate, ${((all * (COUNT / BATCH) ** 2) / 60).toFixed(0)} minutes`)
