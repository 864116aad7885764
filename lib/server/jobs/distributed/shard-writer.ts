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

/** Registers a written shard. @throws Problem if there is no such job, or it had already ended */
type RegisterShard = (shard: number, what: Shard) => Promise<void>

/**
 * Photos being added to a job. Their bytes go to the bucket as they arrive, and each hundred photos become a shard.
 *
 * The shards form a log: each is written under the next free number. So two clients can add to one job at once, and
 * accepted photos are in the bucket before any client learns of it. The log ends with a closing shard. Whether photos
 * are accepted is therefore decided by a single write, and accepted photos are never withdrawn, because they may
 * already be counted.
 */
export class ShardWriter implements Draft {
  private lines: ManifestLine[] = []
  private readonly writer = randomUUID()
  private readonly packs: PackWriter
  private accepted = 0
  private refusal: Problem | null = null

  /**
   * @param next number of the next shard and index of its first photo, as far as known
   * @param onConflict what to do when others add photos meanwhile: append after them; skip photos whose names they
   *   used; or refuse
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

  /** Resolves when no write to the bucket is in flight, whatever its outcome. */
  settled(): Promise<void> {
    return this.packs.settled()
  }

  async add(input: JobInput, bytes?: Uint8Array): Promise<void> {
    if (this.refusal) throw this.refusal
    this.lines.push(bytes === undefined ? input : { ...input, upload: await this.packs.add(bytes) })
    if (this.lines.length >= SHARD_PHOTOS) await this.flush()
  }

  /**
   * Writes a shard with everything added since the last one.
   *
   * @throws Problem `conflict` if the job accepts no more photos; the detail says how many it has accepted
   */
  async flush(): Promise<void> {
    if (this.refusal) throw this.refusal
    await this.packs.flush()
    try {
      await this.append()
    } catch (error) {
      if (!(error instanceof Problem) || !['conflict', 'unknown_job'].includes(error.code)) throw error
      this.refusal = error
      await this.packs.discard().catch(() => {}) // The rest is deleted with the job.
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
      // The job was deleted, so no one has counted the shard.
      if (error instanceof Problem && error.code === 'unknown_job')
        await this.store.remove([manifestKey(this.id, shard)])
      throw error
    }
    this.accepted += lines.length
    this.next = { shard: shard + 1, first: first + lines.length }
  }

  /**
   * Writes a shard under the next free number. Shards that others wrote meanwhile are registered first. → the lines
   * that were written.
   */
  private async write(mine: ManifestLine[]): Promise<ManifestLine[]> {
    let lines = mine
    while (lines.length > 0) {
      const { shard, first } = this.next
      if (await writeShard(this.store, this.id, shard, { first, lines, writer: this.writer, closing: false }))
        return lines
      const existing = await readExisting(this.store, this.id, shard)
      // Our own write, whose response was lost.
      if (existing.writer === this.writer && existing.first === first) return lines
      await this.register(shard, existing)
      if (existing.closing) throw this.closed()
      if (this.onConflict === 'refuse') throw new Problem('conflict', 'Another process is adding photos to this job.')
      this.next = { shard: shard + 1, first: existing.first + existing.lines.length }
      if (this.onConflict === 'skip_same_names') lines = excludingNames(lines, existing.lines)
    }
    return lines
  }

  private closed(): Problem {
    const detail = `The job was closed during this upload after accepting ${this.accepted} of its photos. Send the rest to a new job.`
    return new Problem('conflict', detail)
  }
}

/** Closes the log of a job: later additions find the closing shard and are refused. Earlier ones are registered. */
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

/** How often Redis may lose a job while one shard is registered. */
const MAX_ATTEMPTS = 5

/** Registers a shard, even if Redis already has it or has lost the job. */
export function registerIn(store: ObjectStore, ledger: Ledger, id: string): RegisterShard {
  return async (shard, contents) => {
    for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
      const result = await ledger.addShard(id, shard, contents)
      if (result >= 0) return
      if (result === REFUSED) throw new Problem('conflict', 'This job has ended. Create another job for more photos.')
      if (result === UNKNOWN && !(await restoreJob(store, ledger, id))) throw unknownJob()
      if (result === GAP) await registerEarlier(store, ledger, id, shard)
    }
    throw new Problem('not_ready', 'Redis keeps losing this job. Try again later.', { retryAfterSeconds: 5 })
  }
}

/** Registers earlier shards that are in the bucket but not in Redis. */
async function registerEarlier(store: ObjectStore, ledger: Ledger, id: string, end: number): Promise<void> {
  const { shards = end } = (await ledger.record(id)) ?? {}
  for (let shard = shards; shard < end; shard++) await ledger.addShard(id, shard, await readExisting(store, id, shard))
}

/**
 * Registers shards that are in the bucket but that Redis has lost: clients were told that their photos were accepted.
 */
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

/** A shard whose number is taken, so it must exist. */
async function readExisting(store: ObjectStore, id: string, shard: number): Promise<Shard> {
  const existing = await readShard(store, id, shard)
  if (existing === null) throw new InconsistentBucket(manifestKey(id, shard))
  return existing
}

/** The lines whose names aren't used by others. */
function excludingNames(lines: readonly ManifestLine[], others: readonly ManifestLine[]): ManifestLine[] {
  const names = new Set(others.map(({ file }) => file))
  return lines.filter(({ file }) => !names.has(file))
}
