import type { Context } from 'hono'
import { type SSEStreamingApi, streamSSE } from 'hono/streaming'
import type { Job } from '@/lib/shared/jobs'
import type { JobFolder } from '../../jobs/job'
import type { AppEnv } from '../services'

/** The standing is told at most this often. */
const PACE_MS = 250
/** A line for proxies that end what is silent. */
const KEEP_ALIVE_MS = 15_000

/**
 * What happens to a job as server-sent events: `result` for each photo in the order of its being done, `job` for where the job stands. The id of a `result` says where
 * to go on (`Last-Event-ID`): none is lost and none comes twice. Ends with the job.
 */
export function jobEvents(c: Context<AppEnv>, job: JobFolder, view: () => Job): Response {
  const last = Number(c.req.header('last-event-id') ?? 0)
  return streamSSE(c, async (stream) => {
    const teller = new Teller(stream, job, view, Number.isSafeInteger(last) && last > 0 ? last : 0)
    let wake = () => {}
    const leave = job.watch(() => wake())
    stream.onAbort(() => wake())
    try {
      while (!stream.aborted && (await teller.tell())) {
        const changed = new Promise<void>((resolve) => {
          wake = resolve
        })
        if (!(await within(changed, KEEP_ALIVE_MS))) await stream.write(': here\n\n')
        await stream.sleep(PACE_MS)
      }
    } finally {
      leave()
    }
  })
}

/** Tells one listener what is new. */
class Teller {
  private told = ''

  constructor(
    private readonly stream: SSEStreamingApi,
    private readonly job: JobFolder,
    private readonly view: () => Job,
    private place: number,
  ) {}

  /** Whether there may be more later. */
  async tell(): Promise<boolean> {
    if (this.job.stopped) return false
    for (const { value, next } of this.job.since(this.place)) {
      await this.stream.writeSSE({ event: 'result', id: String(next), data: JSON.stringify(value) })
      if (this.stream.aborted || this.job.stopped) return false
      this.place = next
    }
    const now = this.view()
    const { rate: _rate, eta_s: _eta, ...lasting } = now
    if (this.told !== JSON.stringify(lasting)) await this.stream.writeSSE({ event: 'job', data: JSON.stringify(now) })
    this.told = JSON.stringify(lasting)
    return now.state !== 'done' && now.state !== 'cancelled'
  }
}

/** Whether it came in time. */
async function within(event: Promise<void>, ms: number): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<false>((resolve) => {
    timer = setTimeout(() => resolve(false), ms)
  })
  const came = await Promise.race([event.then(() => true), late])
  clearTimeout(timer)
  return came
}
