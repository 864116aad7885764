import { Problem } from '@/lib/shared/problems/problem'
import type { ObjectStore } from '../../storage/object-store'
import type { PositionedResult, ResultLine } from '../backend'
import { unknownJob } from '../problems'
import type { Ledger, Task } from './ledger'
import { specKey } from './object-keys'
import { latestResults, readPart } from './parts'

/** Shards that are read ahead of the one that is told. */
const READ_AHEAD = 4
/** Entries of the log that are asked for at once. */
const LOG_PAGE = 100

/** The latest results in the order of the photos, in bounded memory. */
export async function* resultsInOrder(
  store: ObjectStore,
  ledger: Ledger,
  id: string,
  round: number,
  { offset = 0, signal }: { offset?: number; signal?: AbortSignal },
): AsyncGenerator<ResultLine> {
  const start = await ledger.shardAt(id, offset)
  const { shards = 0 } = (await ledger.record(id)) ?? {}
  const prefetched: Promise<ResultLine[]>[] = []
  // Where Redis has lost the order of the shards, all are looked through.
  let next = start?.shard ?? 0
  const prefetch = () => {
    if (next >= shards) return
    const lines = latestResults(store, id, next++, round + 1, signal)
    lines.catch(() => {}) // It is awaited later; till then it must not end the process.
    prefetched.push(lines)
  }
  for (let i = 0; i < READ_AHEAD; i++) prefetch()
  for (let lines = prefetched.shift(); lines !== undefined; lines = prefetched.shift()) {
    prefetch()
    for (const line of await lines) if (line.index >= offset) yield line
  }
  await requireJob(store, id)
}

/**
 * What is gone is never empty: a shard without results is not done yet, unless the job was deleted. Its spec is what goes first.
 *
 * @throws Problem `unknown_job`
 */
async function requireJob(store: ObjectStore, id: string): Promise<void> {
  if ((await store.metadata(specKey(id))) === null) throw unknownJob()
}

/** How many parts of an order were told, and how many lines of the next one; as in `5f3a9c01.12.30`. */
export interface LogPosition {
  epoch: string
  part: number
  line: number
}

/** Null where it is none of this order. */
export function parsePosition(position: string, epoch: string): LogPosition | null {
  const [, positionEpoch, part, line] = /^([0-9a-f]{1,8})\.(\d{1,9})\.(\d{1,4})$/.exec(position) ?? []
  return positionEpoch === epoch ? { epoch, part: Number(part), line: Number(line) } : null
}

/**
 * Results in the order of their being done.
 *
 * @param pick which lines of a part are told; all where it is left out
 */
export async function* resultsSince(
  store: ObjectStore,
  ledger: Ledger,
  id: string,
  { epoch, part, line: firstLine }: LogPosition,
  pick: (task: Task, line: ResultLine) => Promise<boolean> = async () => true,
): AsyncGenerator<PositionedResult> {
  let from = firstLine
  for await (const [partIndex, task] of partsSince(ledger, id, part)) {
    const lines = (await readPart(store, task)) ?? (await partMissing(store, id))
    for (let line = from; line < lines.length; line++) {
      const value = lines[line] as ResultLine
      const next = line + 1 < lines.length ? `${epoch}.${partIndex}.${line + 1}` : `${epoch}.${partIndex + 1}.0`
      if (await pick(task, value)) yield { value, next }
    }
    from = 0
  }
}

/** A part that Redis knows of is there, unless the job was deleted. */
async function partMissing(store: ObjectStore, id: string): Promise<never> {
  await requireJob(store, id)
  throw new Problem('not_ready', 'The bucket contradicts itself. Try again.')
}

/** Parts in the order of their being done, each with its place in it. */
async function* partsSince(ledger: Ledger, id: string, from: number): AsyncGenerator<[index: number, part: Task]> {
  let index = from
  for (;;) {
    const tasks = await ledger.finishedParts(id, index, LOG_PAGE)
    if (tasks.length === 0) return
    for (const task of tasks) yield [index++, task]
  }
}

/** The same without those that a later round has taken the place of. */
export async function* latestResultsSince(
  store: ObjectStore,
  ledger: Ledger,
  id: string,
  from: LogPosition,
): AsyncGenerator<PositionedResult> {
  const { round = 0 } = (await ledger.record(id)) ?? {}
  let shardOfRounds = -1
  let roundByIndex = new Map<number, number>()
  async function isLatest({ shard }: Task, line: ResultLine): Promise<boolean> {
    if (round === 0) return true
    if (shard !== shardOfRounds) {
      const latest = await latestResults(store, id, shard, round + 1)
      roundByIndex = new Map(latest.map((each) => [each.index, each.round]))
      shardOfRounds = shard
    }
    return roundByIndex.get(line.index) === line.round
  }
  yield* resultsSince(store, ledger, id, from, isLatest)
}
