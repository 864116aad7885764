import type { Context } from 'hono'
import { type SSEStreamingApi, streamSSE } from 'hono/streaming'
import { shouldYield, yieldToEventLoop } from '../../event-loop/slices'
import type { JobFeed } from '../../jobs/backend'
import type { AppEnv } from '../services'

/** The standing is told at most this often. */
const MIN_INTERVAL_MS = 250
/** A line for proxies that end what is silent. */
const KEEP_ALIVE_MS = 15_000

/**
 * What happens to a job as server-sent events: `result` for each photo in the order of its being done, `job` for where the job stands. The id of a `result` says where
 * to go on (`Last-Event-ID`): none is lost and none comes twice. Ends with the job.
 */
export function jobEvents(c: Context<AppEnv>, feed: JobFeed): Response {
  const reply = streamSSE(c, async (stream) => {
    const teller = new EventWriter(stream, feed, c.req.header('last-event-id') ?? '')
    stream.onAbort(() => feed.close())
    try {
      while (!stream.aborted && (await teller.writeNew())) {
        if (!(await feed.waitForChange(KEEP_ALIVE_MS))) await stream.write(': here\n\n')
        await stream.sleep(MIN_INTERVAL_MS)
      }
    } finally {
      feed.close()
    }
  })
  // These say how a connection goes on, which Node knows and Hono does not: nginx sent the next request on one that was ending.
  reply.headers.delete('connection')
  reply.headers.delete('transfer-encoding')
  // nginx would collect them.
  reply.headers.set('x-accel-buffering', 'no')
  return reply
}

/** Tells one listener what is new. */
class EventWriter {
  private lastJob = ''

  constructor(
    private readonly stream: SSEStreamingApi,
    private readonly feed: JobFeed,
    private position: string,
  ) {}

  /** Whether there may be more later. */
  async writeNew(): Promise<boolean> {
    if (this.feed.stopped) return false
    // Before the results: a job is told as over only after the last of them.
    const now = await this.feed.view()
    for await (const { value, next } of this.feed.resultsSince(this.position)) {
      if (shouldYield()) await yieldToEventLoop()
      await this.stream.writeSSE({ event: 'result', id: next, data: JSON.stringify(value) })
      if (this.stream.aborted || this.feed.stopped) return false
      this.position = next
    }
    const { rate: _rate, eta_s: _eta, ...lasting } = now
    if (this.lastJob !== JSON.stringify(lasting))
      await this.stream.writeSSE({ event: 'job', data: JSON.stringify(now) })
    this.lastJob = JSON.stringify(lasting)
    return now.state !== 'done' && now.state !== 'cancelled'
  }
}
