import { expect, test } from 'vitest'
import { randomNumbers } from '@/lib/shared/metrics/random'
import { ClusteredIndex } from '@/lib/shared/vector-search/clustered-index'
import { VectorIndex } from '@/lib/shared/vector-search/vector-index'
import { fromPieces, type Searchable, toPieces } from './searchable'

const COUNT = 500

function filled(): VectorIndex {
  const random = randomNumbers(1)
  const index = new VectorIndex(20, COUNT)
  for (let row = 0; row < COUNT; row++) index.add(Float32Array.from({ length: 20 }, () => random()))
  return index
}

function clustered(): ClusteredIndex {
  const work = ClusteredIndex.build(filled())
  for (;;) {
    const { done, value } = work.next()
    if (done) return value
  }
}

const photos = Int32Array.from({ length: COUNT }, (_, row) => 2 * row)
const copied = (searchable: Searchable) => [...toPieces(searchable)].map((piece) => piece.slice())
async function* following(pieces: Uint8Array[]) {
  yield* pieces
}

test.each([
  ['exact', filled],
  ['clustered', clustered],
])('vectors of an %s index find the same after they were stored', async (_name, make) => {
  const before = { index: make(), photos }
  const after = await fromPieces(following(copied(before)))
  expect(after.photos).toEqual(photos)
  expect(after.index).toBeInstanceOf(before.index.constructor)
  for (const row of [0, 7, COUNT - 1]) {
    const query = before.index.vector(row)
    expect(after.index.vector(row)).toEqual(query)
    expect(after.index.nearest(query, 10, row)).toEqual(before.index.nearest(query, 10, row))
  }
})

test('damaged pieces are refused', async () => {
  const [head = new Uint8Array(), rows = new Uint8Array()] = copied({ index: filled(), photos })
  for (const pieces of [[], [head], [head.subarray(0, 100), rows], [head, rows.subarray(1)], [head, rows, rows]])
    await expect(fromPieces(following(pieces))).rejects.toThrow()
})
