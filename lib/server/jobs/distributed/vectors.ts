import type { ObjectStore } from '../../storage/object-store'
import { vectorsEndKey, vectorsPieceKey, vectorsPrefix } from './object-keys'

const TYPE = 'application/octet-stream'

/** The stored vectors of a job as it was at one of its ends; null if there are none. */
export async function readVectors(
  store: ObjectStore,
  id: string,
  finishedAt: string,
): Promise<AsyncIterable<Uint8Array> | null> {
  const end = await store.get(vectorsEndKey(id, finishedAt))
  if (end === null) return null
  const count = Number(new TextDecoder().decode(end.bytes))
  async function* pieces() {
    for (let at = 0; at < count; at++) {
      const piece = await store.get(vectorsPieceKey(id, finishedAt, at))
      if (piece === null) throw new RangeError(`Piece ${at} of ${count} is missing.`)
      yield piece.bytes
    }
  }
  return pieces()
}

/** Stores the vectors of a job, piece by piece; they count once all are there. Those of earlier ends are removed. */
export async function writeVectors(
  store: ObjectStore,
  id: string,
  finishedAt: string,
  pieces: Iterable<Uint8Array>,
): Promise<void> {
  let count = 0
  // A copy, because what it is a view of may change its size meanwhile.
  for (const piece of pieces) await store.put(vectorsPieceKey(id, finishedAt, count++), piece.slice(), { type: TYPE })
  await store.put(vectorsEndKey(id, finishedAt), String(count), { type: TYPE })
  for await (const page of store.list(vectorsPrefix(id))) {
    const old = page.map(({ key }) => key).filter((key) => !key.startsWith(vectorsPrefix(id, finishedAt)))
    if (old.length > 0) await store.remove(old)
  }
}
