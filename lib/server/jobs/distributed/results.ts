import { Problem } from '@/lib/shared/problems/problem'
import type { ObjectStore } from '../../storage/object-store'
import type { PositionedResult, ResultLine } from '../backend'
import { unknownJob } from '../problems'
import type { Ledger, Task } from './ledger'
import { specKey } from './object-keys'
import { latestResults, readPart } from './parts'

/** Shards that are read ahead. */
const READ_AHEAD = 4
/** Log entries read at once. */
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
  // If Redis has lost the order of the shards, read all of them.
  let next = start?.shard ?? 0
  const prefetch = () => {
    if (next >= shards) return
    const lines = latestResults(store, id, next++, round + 1, signal)
    lines.catch(() => {}) // It is awaited later; until then a rejection must not end the process.
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
 * Checks that the job still exists. A shard without results isn't done yet, unless the job was deleted, and then the
 * reader must not mistake a part for the whole. The spec is deleted first.
 *
 * @throws Problem `unknown_job`
 */
async function requireJob(store: ObjectStore, id: string): Promise<void> {
  if ((await store.metadata(specKey(id))) === null) throw unknownJob()
}

/** How many finished parts came before, and how many lines of the next part. As text: `5f3a9c01.12.30`. */
export interface LogPosition {
  epoch: string
  part: number
  line: number
}

/** Null if the position is in another order. */
export function parsePosition(position: string, epoch: string): LogPosition | null {
  const [, positionEpoch, part, line] = /^([0-9a-f]{1,8})\.(\d{1,9})\.(\d{1,4})$/.exec(position) ?? []
  return positionEpoch === epoch ? { epoch, part: Number(part), line: Number(line) } : null
}

/** Results in the order in which photos finish. @param pick chooses lines of a part; all by default */
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

/** A part that Redis lists exists, unless the job was deleted. */
async function partMissing(store: ObjectStore, id: string): Promise<never> {
  await requireJob(store, id)
  throw new Problem('not_ready', 'The bucket returned inconsistent answers. Try again.')
}

/** Finished parts in order, each with its index. */
async function* partsSince(ledger: Ledger, id: string, from: number): AsyncGenerator<[index: number, part: Task]> {
  let index = from
  for (;;) {
    const tasks = await ledger.finishedParts(id, index, LOG_PAGE)
    if (tasks.length === 0) return
    for (const task of tasks) yield [index++, task]
  }
}

/** The same, without results that a later round has replaced. */
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
