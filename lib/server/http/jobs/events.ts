import type { Context } from 'hono'
import { type SSEStreamingApi, streamSSE } from 'hono/streaming'
import { shouldYield, yieldToEventLoop } from '../../event-loop/slices'
import type { JobFeed, ResultLine } from '../../jobs/backend'
import type { AppEnv } from '../services'

/** The job's state is sent at most this often. */
const MIN_INTERVAL_MS = 250
/** How often to send a line to keep proxies from closing a silent connection. */
const KEEP_ALIVE_MS = 15_000

/**
 * Streams a job as server-sent events: `result` for each photo, in the order in which they finish, and `job` for
 * changes of the job. The ID of a `result` is a position to resume from (`Last-Event-ID`), so that no result is lost or
 * sent twice. Ends with the job.
 */
export function jobEvents(c: Context<AppEnv>, feed: JobFeed): Response {
  const reply = streamSSE(c, async (stream) => {
    const writer = new EventWriter(stream, feed, c.req.header('last-event-id') ?? '')
    stream.onAbort(() => feed.close())
    try {
      while (!stream.aborted && (await writer.writeNew())) {
        if (!(await feed.waitForChange(KEEP_ALIVE_MS))) await stream.write(': here\n\n')
        await stream.sleep(MIN_INTERVAL_MS)
      }
    } finally {
      feed.close()
    }
  })
  // These headers describe the connection, which Node manages and Hono doesn't: nginx reused a connection that was
  // closing.
  reply.headers.delete('connection')
  reply.headers.delete('transfer-encoding')
  // Otherwise nginx would buffer the events.
  reply.headers.set('x-accel-buffering', 'no')
  return reply
}

/** What is computed from the photo for other programs is larger than all the rest, and belongs into a file. */
function withoutFeatures({ row, ...line }: ResultLine): ResultLine {
  const { embedding: _embedding, kinds: _kinds, traits: _traits, ...rest } = row
  return { ...line, row: rest }
}

/** Writes what is new to one listener. */
class EventWriter {
  private lastJob = ''

  constructor(
    private readonly stream: SSEStreamingApi,
    private readonly feed: JobFeed,
    private position: string,
  ) {}

  /** @returns whether there may be more later */
  async writeNew(): Promise<boolean> {
    if (this.feed.stopped) return false
    // Read before the results, so that the job is reported as ended only after its last result.
    const now = await this.feed.view()
    for await (const { value, next } of this.feed.resultsSince(this.position)) {
      if (shouldYield()) await yieldToEventLoop()
      await this.stream.writeSSE({ event: 'result', id: next, data: JSON.stringify(withoutFeatures(value)) })
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
