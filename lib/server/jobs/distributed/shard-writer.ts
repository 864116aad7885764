import { randomUUID } from 'node:crypto'
import { Problem } from '@/lib/shared/problems/problem'
import type { ObjectStore } from '../../storage/object-store'
import type { Draft, JobInput } from '../backend'
import { unknownJob } from '../problems'
import { InconsistentBucket } from './failures'
import type { Ledger } from './ledger'
import { type ManifestLine, readShard, SHARD_PHOTOS, type Shard, writeShard } from './manifest'
import { closedMarker, manifestKey } from './object-keys'
import { PackWriter } from './packs'
import { restoreJob } from './restore'
import { GAP, REFUSED, UNKNOWN } from './scripts'

/** Takes in a shard that is written. @throws Problem where there is no such job, or it had ended before */
type RegisterShard = (shard: number, what: Shard) => Promise<void>

/**
 * Photos on their way into a job: the bytes go to the bucket as they come, and each hundred becomes a shard. The shards are a log: each is
 * written under the next number if nobody else has it; so two that add to one job at once both do, and what was taken in is in the bucket before anybody is told.
 * The log ends with a shard that closes it. So whether photos are in is decided by one write, and what is in is never taken back: somebody may have counted it.
 */
export class ShardWriter implements Draft {
  private lines: ManifestLine[] = []
  private readonly writer = randomUUID()
  private readonly packs: PackWriter
  private accepted = 0
  private refusal: Problem | null = null

  /**
   * @param next number of the next shard and index of its first photo, as far as is known
   * @param onConflict what becomes of photos that others add meanwhile: they are taken in before; of the same names they take the place of these; or it is a conflict
   */
  constructor(
    private readonly store: ObjectStore,
    private readonly id: string,
    private next: { shard: number; first: number },
    private readonly register: RegisterShard,
    private readonly onConflict: 'append' | 'skip_same_names' | 'refuse' = 'append',
  ) {
    this.packs = new PackWriter(store, id, this.writer)
  }

  get count(): number {
    return this.next.first + this.lines.length
  }

  get heldBytes(): number {
    return this.packs.heldBytes
  }

  /** Resolves when nothing of it is on its way to the bucket any more, whatever became of it. */
  settled(): Promise<void> {
    return this.packs.settled()
  }

  async add(input: JobInput, bytes?: Uint8Array): Promise<void> {
    if (this.refusal) throw this.refusal
    this.lines.push(bytes === undefined ? input : { ...input, upload: await this.packs.add(bytes) })
    if (this.lines.length >= SHARD_PHOTOS) await this.flush()
  }

  /** Makes a shard of what was added since the last. @throws Problem `conflict` where the job takes no more, and says how many it has taken */
  async flush(): Promise<void> {
    if (this.refusal) throw this.refusal
    await this.packs.flush()
    try {
      await this.append()
    } catch (error) {
      if (!(error instanceof Problem) || !['conflict', 'unknown_job'].includes(error.code)) throw error
      this.refusal = error
      await this.packs.discard().catch(() => {}) // What is left goes with the job.
      throw error
    }
    this.packs.commit()
  }

  private async append(): Promise<void> {
    const lines = await this.write(this.lines)
    this.lines = []
    if (lines.length === 0) return
    const { shard, first } = this.next
    try {
      await this.register(shard, { first, lines, writer: this.writer, closing: false })
    } catch (error) {
      // Of a job that is gone nobody has counted it.
      if (error instanceof Problem && error.code === 'unknown_job')
        await this.store.remove([manifestKey(this.id, shard)])
      throw error
    }
    this.accepted += lines.length
    this.next = { shard: shard + 1, first: first + lines.length }
  }

  /** Writes a shard under the next free number; what others wrote meanwhile is taken in first. → the lines that were written. */
  private async write(mine: ManifestLine[]): Promise<ManifestLine[]> {
    let lines = mine
    while (lines.length > 0) {
      const { shard, first } = this.next
      if (await writeShard(this.store, this.id, shard, { first, lines, writer: this.writer, closing: false }))
        return lines
      const existing = await readExisting(this.store, this.id, shard)
      // A write whose reply was lost was a write all the same.
      if (existing.writer === this.writer && existing.first === first) return lines
      await this.register(shard, existing)
      if (existing.closing) throw this.closed()
      if (this.onConflict === 'refuse') throw new Problem('conflict', 'Somebody else adds photos to this job.')
      this.next = { shard: shard + 1, first: existing.first + existing.lines.length }
      if (this.onConflict === 'skip_same_names') lines = excludingNames(lines, existing.lines)
    }
    return lines
  }

  private closed(): Problem {
    const detail = `The job was closed meanwhile. Of this upload ${this.accepted} photos were taken in; make another job for the rest.`
    return new Problem('conflict', detail)
  }
}

/** Ends the log of a job: whoever adds to it later finds the end and is refused. What was added before is taken in. */
export async function closeShardLog(store: ObjectStore, ledger: Ledger, id: string): Promise<void> {
  const register = registerIn(store, ledger, id)
  const { shards = 0, total = 0 } = (await ledger.record(id)) ?? {}
  for (let next = { shard: shards, first: total }; ; ) {
    const end: Shard = { first: next.first, lines: [], writer: '', closing: true }
    const written = await writeShard(store, id, next.shard, end)
    const existing = written ? end : await readExisting(store, id, next.shard)
    await register(next.shard, existing)
    if (existing.closing) return
    next = { shard: next.shard + 1, first: existing.first + existing.lines.length }
  }
}

/** How often Redis may forget a job while one shard is taken in. */
const MAX_ATTEMPTS = 5

/** Takes a shard in where Redis may know it already, or may have forgotten the job: that is no end of it. */
export function registerIn(store: ObjectStore, ledger: Ledger, id: string): RegisterShard {
  return async (shard, contents) => {
    for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
      const result = await ledger.addShard(id, shard, contents)
      if (result >= 0) return
      if (result === REFUSED) throw new Problem('conflict', 'The job has ended; make another for more photos.')
      if (result === UNKNOWN && !(await restoreJob(store, ledger, id))) throw unknownJob()
      if (result === GAP) await registerEarlier(store, ledger, id, shard)
    }
    throw new Problem('not_ready', 'Redis forgets this job again and again. Try again.', { retryAfterSeconds: 5 })
  }
}

/** Takes in what is in the bucket before a shard and Redis does not know. */
async function registerEarlier(store: ObjectStore, ledger: Ledger, id: string, end: number): Promise<void> {
  const { shards = end } = (await ledger.record(id)) ?? {}
  for (let shard = shards; shard < end; shard++) await ledger.addShard(id, shard, await readExisting(store, id, shard))
}

/** Takes in what is in the bucket and Redis has forgotten: photos that somebody was told are there. */
export async function registerMissed(store: ObjectStore, ledger: Ledger, id: string): Promise<void> {
  const register = registerIn(store, ledger, id)
  const record = await ledger.record(id)
  if (record?.state !== 'running') return
  for (let { shards } = record; ; shards++) {
    const missed = await readShard(store, id, shards)
    if (missed === null) break
    await register(shards, missed)
  }
  if (record.open && (await store.metadata(closedMarker(id))) !== null) await ledger.setFields(id, { open: 0 })
}

/** A shard that is there: its number is taken. */
async function readExisting(store: ObjectStore, id: string, shard: number): Promise<Shard> {
  const existing = await readShard(store, id, shard)
  if (existing === null) throw new InconsistentBucket(manifestKey(id, shard))
  return existing
}

/** Lines whose names are not among others. */
function excludingNames(lines: readonly ManifestLine[], others: readonly ManifestLine[]): ManifestLine[] {
  const names = new Set(others.map(({ file }) => file))
  return lines.filter(({ file }) => !names.has(file))
}
