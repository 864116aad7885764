import { Problem } from '@/lib/shared/problems/problem'
import type { ObjectStore } from '../../storage/objects'
import type { PlacedResult, ResultLine } from '../jobs'
import { unknownJob } from '../new-spec'
import { specKey } from './layout'
import type { Ledger, Task } from './ledger'
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
  await requireThere(store, id)
}

/**
 * What is gone is never empty: a shard without results is not done yet, unless the job was deleted. Its spec is what goes first.
 *
 * @throws Problem `unknown_job`
 */
async function requireThere(store: ObjectStore, id: string): Promise<void> {
  if ((await store.metadata(specKey(id))) === null) throw unknownJob()
}

/** How many parts of an order were told, and how many lines of the next one; as in `5f3a9c01.12.30`. */
export interface LogPlace {
  epoch: string
  part: number
  told: number
}

/** Null where it is none of this order. */
export function readPlace(place: string, epoch: string): LogPlace | null {
  const [, of, part, told] = /^([0-9a-f]{1,8})\.(\d{1,9})\.(\d{1,4})$/.exec(place) ?? []
  return of === epoch ? { epoch, part: Number(part), told: Number(told) } : null
}

/**
 * Results in the order of their being done.
 *
 * @param pick which lines of a part are told; all where it is left out
 */
export async function* linesSince(
  store: ObjectStore,
  ledger: Ledger,
  id: string,
  { epoch, part, told }: LogPlace,
  pick: (task: Task, line: ResultLine) => Promise<boolean> = async () => true,
): AsyncGenerator<PlacedResult> {
  let from = told
  for await (const [place, task] of partsSince(ledger, id, part)) {
    const lines = (await readPart(store, task)) ?? (await missing(store, id))
    for (let line = from; line < lines.length; line++) {
      const value = lines[line] as ResultLine
      const next = line + 1 < lines.length ? `${epoch}.${place}.${line + 1}` : `${epoch}.${place + 1}.0`
      if (await pick(task, value)) yield { value, next }
    }
    from = 0
  }
}

/** A part that Redis knows of is there, unless the job was deleted. */
async function missing(store: ObjectStore, id: string): Promise<never> {
  await requireThere(store, id)
  throw new Problem('not_ready', 'The bucket contradicts itself. Try again.')
}

/** Parts in the order of their being done, each with its place in it. */
async function* partsSince(ledger: Ledger, id: string, from: number): AsyncGenerator<[place: number, part: Task]> {
  let place = from
  for (;;) {
    const tasks = await ledger.done(id, place, LOG_PAGE)
    if (tasks.length === 0) return
    for (const task of tasks) yield [place++, task]
  }
}

/** The same without those that a later round has taken the place of. */
export async function* latestSince(
  store: ObjectStore,
  ledger: Ledger,
  id: string,
  from: LogPlace,
): AsyncGenerator<PlacedResult> {
  const { round = 0 } = (await ledger.standing(id)) ?? {}
  let of = -1
  let rounds = new Map<number, number>()
  async function isLatest({ shard }: Task, line: ResultLine): Promise<boolean> {
    if (round === 0) return true
    if (shard !== of) {
      const latest = await latestResults(store, id, shard, round + 1)
      rounds = new Map(latest.map((each) => [each.index, each.round]))
      of = shard
    }
    return rounds.get(line.index) === line.round
  }
  yield* linesSince(store, ledger, id, from, isLatest)
}
