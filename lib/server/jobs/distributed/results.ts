import type { ObjectStore } from '../../storage/objects'
import type { ResultLine } from '../jobs'
import type { Ledger } from './ledger'
import { latestResults, readPart } from './parts'

/** Shards that are read ahead of the one that is told. */
const AHEAD = 4
/** Entries of the log that are asked for at once. */
const LOG_PAGE = 100

/** The latest results in the order of the photos, in bounded memory. */
export async function* resultLines(
  store: ObjectStore,
  ledger: Ledger,
  id: string,
  round: number,
  { offset = 0, signal }: { offset?: number; signal?: AbortSignal },
): AsyncGenerator<ResultLine> {
  const start = await ledger.shardAt(id, offset)
  const { shards = 0 } = (await ledger.standing(id)) ?? {}
  const coming: Promise<ResultLine[]>[] = []
  // Where Redis has lost the order of the shards, all are looked through.
  let next = start?.shard ?? 0
  const ask = () => {
    if (next >= shards) return
    const lines = latestResults(store, id, next++, round + 1, signal)
    lines.catch(() => {}) // It is awaited later; till then it must not end the process.
    coming.push(lines)
  }
  for (let i = 0; i < AHEAD; i++) ask()
  for (let lines = coming.shift(); lines !== undefined; lines = coming.shift()) {
    ask()
    for (const line of await lines) if (line.index >= offset) yield line
  }
}

/**
 * Results in the order of their being done. A place is the number of parts that were told and of lines of the next one, as in `12.30`.
 */
export async function* linesSince(
  store: ObjectStore,
  ledger: Ledger,
  id: string,
  place: string,
): AsyncGenerator<{ value: ResultLine; next: string }> {
  let [part = 0, told = 0] = /^\d{1,9}\.\d{1,4}$/.test(place) ? place.split('.').map(Number) : []
  for (;;) {
    const tasks = await ledger.done(id, part, LOG_PAGE)
    if (tasks.length === 0) return
    for (const task of tasks) {
      const lines = (await readPart(store, task)) ?? []
      for (const value of lines.slice(told)) {
        told++
        yield { value, next: told < lines.length ? `${part}.${told}` : `${part + 1}.0` }
      }
      part++
      told = 0
    }
  }
}
