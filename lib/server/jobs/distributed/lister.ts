import { Problem } from '@/lib/shared/problems/problem'
import type { ObjectStore } from '../../storage/objects'
import { listSource, type Sources } from '../source'
import { endJob } from './ending'
import { listedMark } from './layout'
import type { Ledger } from './ledger'
import { readShard } from './manifest'
import type { WorkQueue } from './queue'
import { enterInto, ShardWriter } from './shard-writer'

/**
 * Lists a job's source into shards, in bounded memory and while the first of them run already. Begun again it goes on behind the last key that is in a
 * shard; where two list at once, one of them finds that and stops.
 */
export class Lister {
  constructor(
    private readonly store: ObjectStore,
    private readonly ledger: Ledger,
    private readonly queue: WorkQueue,
    private readonly sources: Sources,
  ) {}

  async run(id: string, signal: AbortSignal): Promise<void> {
    const standing = await this.ledger.standing(id)
    const source = standing?.spec.source
    if (source === undefined || !standing?.listing || standing.state !== 'running') return
    const { shards, total, round } = standing
    const after = await this.lastKey(id, shards)
    const next = { shard: shards, first: total }
    const writer = new ShardWriter(this.store, id, next, this.enterAndFeed(id), 'refused')
    try {
      for await (const page of listSource(source, this.sources, { after, before: total, signal })) {
        for (const input of page) await writer.add(input)
      }
    } catch (error) {
      if (!(error instanceof Problem)) throw error
      if (error.code === 'too_many_files') await endJob(this.store, this.ledger, id, round, 'cancelled')
      // The job was ended meanwhile; or another lists, which is as good.
      if (error.code !== 'conflict') throw error
      return
    }
    await writer.flush()
    await this.store.put(listedMark(id), '{}', { once: true })
    await this.ledger.set(id, { listing: 0 })
  }

  private enterAndFeed(id: string) {
    const enter = enterInto(this.store, this.ledger, id)
    return async (...shard: Parameters<typeof enter>) => {
      await enter(...shard)
      await this.queue.feed(id)
    }
  }

  private async lastKey(id: string, shards: number): Promise<string | undefined> {
    const last = shards === 0 ? null : await readShard(this.store, id, shards - 1)
    return last?.lines.at(-1)?.object?.key
  }
}
