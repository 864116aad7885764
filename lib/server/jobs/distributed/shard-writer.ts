import { randomUUID } from 'node:crypto'
import { Problem } from '@/lib/shared/problem'
import type { ObjectStore } from '../../storage/objects'
import type { Draft, JobInput } from '../jobs'
import { closedMark, manifestKey } from './layout'
import type { Ledger } from './ledger'
import { type ManifestLine, readShard, SHARD_PHOTOS, writeShard } from './manifest'
import { PackWriter } from './packs'

/** Takes in a shard that is written. @throws Problem where the job takes none any more */
type Enter = (shard: number, first: number, lines: readonly ManifestLine[]) => Promise<void>

/**
 * Photos on their way into a job: the bytes go to the bucket as they come, and each hundred becomes a shard. The shards are a log: each is
 * written under the next number if nobody else has it; so two that add to one job at once both do, and what was taken in is in the bucket before anybody is told.
 */
export class ShardWriter implements Draft {
  private lines: ManifestLine[] = []
  private readonly writer = randomUUID()
  private readonly packs: PackWriter

  /**
   * @param next number of the next shard and index of its first photo, as far as is known
   * @param others what becomes of photos that others add meanwhile: they are taken in before; of the same names they take the place of these; or it is a conflict
   */
  constructor(
    private readonly store: ObjectStore,
    private readonly id: string,
    private next: { shard: number; first: number },
    private readonly enter: Enter,
    private readonly others: 'taken_in' | 'left_out_by_name' | 'refused' = 'taken_in',
  ) {
    this.packs = new PackWriter(store, id, this.writer)
  }

  get count(): number {
    return this.next.first + this.lines.length
  }

  get held(): number {
    return this.packs.held
  }

  async add(input: JobInput, bytes?: Uint8Array): Promise<void> {
    this.lines.push(bytes === undefined ? input : { ...input, upload: await this.packs.add(bytes) })
    if (this.lines.length >= SHARD_PHOTOS) await this.flush()
  }

  /** Makes a shard of what was added since the last. */
  async flush(): Promise<void> {
    await this.packs.flush()
    const lines = await this.append(this.lines)
    this.lines = []
    if (lines.length === 0) return
    const { shard, first } = this.next
    try {
      await this.enter(shard, first, lines)
    } catch (error) {
      if (error instanceof Problem && error.code === 'conflict') await this.store.remove([manifestKey(this.id, shard)])
      throw error
    }
    this.next = { shard: shard + 1, first: first + lines.length }
  }

  /** Writes a shard under the next free number; what others wrote meanwhile is taken in first. → the lines that were written. */
  private async append(mine: ManifestLine[]): Promise<ManifestLine[]> {
    let lines = mine
    while (lines.length > 0) {
      const { shard, first } = this.next
      if (await writeShard(this.store, this.id, shard, { first, lines, writer: this.writer })) return lines
      const there = await readShard(this.store, this.id, shard)
      if (!there) throw new Problem('not_ready', 'The bucket contradicts itself. Try again.')
      // A write whose reply was lost was a write all the same.
      if (there.writer === this.writer && there.first === first) return lines
      await this.enter(shard, there.first, there.lines)
      if (this.others === 'refused') throw new Problem('conflict', 'Somebody else adds photos to this job.')
      this.next = { shard: shard + 1, first: there.first + there.lines.length }
      if (this.others === 'left_out_by_name') lines = without(lines, there.lines)
    }
    return lines
  }
}

/** Takes a shard in where Redis may know it already. */
export function enterInto(ledger: Ledger, id: string): Enter {
  return async (shard, first, lines) => {
    const entered = await ledger.append(id, shard, first, lines.length)
    if (entered < 0) throw new Problem('conflict', 'The job has ended; make another for more photos.')
    if (entered === 1)
      await ledger.addNames(
        id,
        lines.map(({ file }) => file),
      )
  }
}

/** Takes in what is in the bucket and Redis has forgotten: photos that somebody was told are there. */
export async function catchUp(store: ObjectStore, ledger: Ledger, id: string): Promise<void> {
  const enter = enterInto(ledger, id)
  const standing = await ledger.standing(id)
  if (standing?.state !== 'running') return
  for (let { shards } = standing; ; shards++) {
    const there = await readShard(store, id, shards)
    if (there === null) break
    await enter(shards, there.first, there.lines)
  }
  if (standing.open && (await store.metadata(closedMark(id))) !== null) await ledger.set(id, { open: 0 })
}

/** Lines whose names are not among others. */
function without(lines: readonly ManifestLine[], others: readonly ManifestLine[]): ManifestLine[] {
  const names = new Set(others.map(({ file }) => file))
  return lines.filter(({ file }) => !names.has(file))
}
