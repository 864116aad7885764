import { Problem } from '@/lib/shared/problems/problem'
import type { ObjectStore } from '../../storage/object-store'
import { listSource, type Sources } from '../source'
import { endJob } from './end-job'
import type { Ledger } from './ledger'
import { readShard } from './manifest'
import { listedMarker } from './object-keys'
import { registerIn, ShardWriter } from './shard-writer'
import type { WorkQueue } from './work-queue'

/**
 * Lists a job's source into shards, in bounded memory, while the first shards already run. Restarted, it continues
 * after the last key in a shard. If two processes list at once, one of them notices and stops.
 */
export class SourceLister {
  constructor(
    private readonly store: ObjectStore,
    private readonly ledger: Ledger,
    private readonly queue: WorkQueue,
    private readonly sources: Sources,
  ) {}

  async run(id: string, signal: AbortSignal): Promise<void> {
    const record = await this.ledger.record(id)
    if (record?.spec.source === undefined || !record.listing || record.state !== 'running') return
    const { spec, shards, total, round } = record
    const after = await this.lastListedKey(id, shards)
    const next = { shard: shards, first: total }
    const writer = new ShardWriter(this.store, id, next, this.registerAndDispatch(id), 'refuse')
    try {
      for await (const page of listSource(spec, this.sources, { after, already: total, signal })) {
        for (const input of page) await writer.add(input)
      }
    } catch (error) {
      if (!(error instanceof Problem)) throw error
      if (error.code === 'too_many_files') await endJob(this.store, this.ledger, id, round, 'cancelled')
      // The job ended meanwhile, or another process lists the source, which is just as good.
      if (error.code !== 'conflict') throw error
      return
    }
    await writer.flush()
    await this.store.put(listedMarker(id), '{}', { ifAbsent: true })
    await this.ledger.setFields(id, { listing: 0 })
  }

  private registerAndDispatch(id: string) {
    const register = registerIn(this.store, this.ledger, id)
    return async (...shard: Parameters<typeof register>) => {
      await register(...shard)
      await this.queue.dispatch(id)
    }
  }

  private async lastListedKey(id: string, shards: number): Promise<string | undefined> {
    const last = shards === 0 ? null : await readShard(this.store, id, shards - 1)
    return last?.lines.at(-1)?.object?.key
  }
}
