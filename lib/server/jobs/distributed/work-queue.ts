import { Queue } from 'bullmq'
import type { DeadLetter } from '@/lib/shared/contract/jobs'
import type { RedisClient } from '../../redis/connect'
import type { Ledger, Task } from './ledger'
import { PREFIX } from './redis-keys'

export const QUEUE_NAME = 'work'
const ATTEMPTS = 8
const FIRST_DELAY_MS = 1000
const MAX_DEAD_LETTERS = 1000

/** Work for a worker: a shard to run, or a job to finish or list. */
export type ShardWork = { kind: 'shard'; tag: number } & Task
/** `callback` comes from workers of older versions; callbacks now have a queue of their own. */
export type JobWork = { kind: 'end' | 'callback' | 'list' | 'check'; id: string; round: number }

/**
 * Work for all workers, in BullMQ. Each item is done at least once. Failed items are retried with growing delays, and
 * become dead letters after too many failures.
 */
export class WorkQueue {
  private readonly queue: Queue<ShardWork | JobWork>

  constructor(
    redis: RedisClient,
    private readonly ledger: Ledger,
  ) {
    this.queue = new Queue(QUEUE_NAME, {
      connection: redis,
      prefix: PREFIX,
      defaultJobOptions: {
        removeOnComplete: true,
        attempts: ATTEMPTS,
        backoff: { type: 'exponential', delay: FIRST_DELAY_MS },
      },
    })
    this.queue.on('error', () => {}) // The connection's monitor logs it.
  }

  /** Dispatches as many of a job's shards as allowed. */
  async dispatch(id: string): Promise<void> {
    for (let task = await this.ledger.takeShard(id); task !== null; task = await this.ledger.takeShard(id)) {
      await this.enqueueShard(task, task.tag)
    }
  }

  /** Has a worker finish an ended job. Called again until that is done. */
  async enqueueEnd(id: string, round: number): Promise<void> {
    await this.queue.add(
      'end',
      { kind: 'end', id, round },
      { jobId: `${id}.end.${round}`, priority: 1, removeOnFail: true },
    )
  }

  /** Has a worker check a job again. Called again until that is done, also while it waits or runs. */
  async enqueueCheck(id: string): Promise<void> {
    await this.queue.add(
      'check',
      { kind: 'check', id, round: 0 },
      { jobId: checkId(id), priority: 1, removeOnFail: true },
    )
  }

  /** Whether a check waits or runs that `enqueueCheck` asked for. */
  async hasCheck(id: string): Promise<boolean> {
    return (await this.queue.getJob(checkId(id))) !== undefined
  }

  /** Has one worker at a time list a job's source. */
  async enqueueListing(id: string): Promise<void> {
    await this.queue.add(
      'list',
      { kind: 'list', id, round: 0 },
      { jobId: `${id}.list`, priority: 1, removeOnFail: true },
    )
  }

  /**
   * Checks the dispatched shards: enqueues those that the queue has lost, and marks those that failed too often as
   * dead. A kill can come between dispatching and enqueuing, and Redis may have lost its last second.
   */
  async requeueLost(id: string): Promise<void> {
    for (const task of await this.ledger.dispatchedShards(id)) {
      const job = await this.queue.getJob(workId(task))
      const state = job ? await job.getState() : 'unknown'
      if (state === 'unknown') await this.enqueueShard(task, 1)
      else if (state === 'completed') await job?.remove().then(() => this.enqueueShard(task, 1))
      else if (state === 'failed') await this.ledger.markDead(task, job?.failedReason ?? '')
    }
  }

  /** Dispatches dead shards again. */
  async retryDead(id: string): Promise<void> {
    for (const task of await this.ledger.deadShards(id)) {
      await (await this.queue.getJob(workId(task)))?.remove()
      await this.ledger.unmarkDead(task)
      await this.enqueueShard(task, 1)
    }
  }

  /** Removes a job's shards from the queue, except those that are running. */
  async removeShards(id: string): Promise<void> {
    for (const task of [...(await this.ledger.dispatchedShards(id)), ...(await this.ledger.deadShards(id))]) {
      const job = await this.queue.getJob(workId(task))
      await job?.remove().catch(() => {}) // It is running: its worker will notice.
    }
  }

  /** Shards that failed too often, the latest first. */
  async deadLetters(): Promise<DeadLetter[]> {
    const jobs = await this.queue.getFailed(0, MAX_DEAD_LETTERS - 1)
    return jobs.flatMap(({ data, failedReason, attemptsMade, finishedOn = 0 }) =>
      data.kind === 'shard'
        ? [
            {
              job: data.id,
              shard: data.shard,
              attempts: attemptsMade,
              reason: failedReason,
              failed_at: new Date(finishedOn).toISOString(),
            },
          ]
        : [],
    )
  }

  close(): Promise<void> {
    return this.queue.close()
  }

  private async enqueueShard(task: Task, tag: number): Promise<void> {
    const { id, shard, round } = task
    await this.queue.add(
      'shard',
      { kind: 'shard', id, shard, round, tag },
      { jobId: workId(task), priority: Math.max(tag, 1) },
    )
  }
}

const checkId = (id: string) => `${id}.check`

/** The same for the same shard, so that the queue takes it only once. */
function workId({ id, shard, round }: Task): string {
  return `${id}.${shard}.${round}`
}
