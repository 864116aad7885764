import type { Context } from 'hono'
import type { Log } from '../../observe/log'
import { json } from '../json-response'
import { asProblem } from '../problem'
import type { AppEnv } from '../services'
import { Spool } from '../stream/spool'

/** One line of progress: photos that are embedded, then the share of the training. `of` is null while it isn't known. */
interface Progress {
  stage: 'embed' | 'train'
  done: number
  of: number | null
}
export type Report = (progress: Progress) => void

/** Lines per second at most. */
const INTERVAL_MS = 100

/**
 * Responds with the result of long work: as JSON once it is done, or as NDJSON with lines of progress before the last
 * line, `{"result": …}` or `{"problem": …}`. The work is aborted if the client disconnects.
 */
export async function respond(
  c: Context<AppEnv>,
  log: Log,
  stream: boolean,
  work: (report: Report, signal: AbortSignal) => Promise<unknown>,
): Promise<Response> {
  const { signal } = c.req.raw
  if (!stream) return json(c, await work(() => {}, signal), 201, { 'cache-control': 'no-store' })
  const disconnected = new AbortController()
  const spool = new Spool(() => disconnected.abort(new Error('the client has disconnected')))
  const write = (line: object) => spool.write(`${JSON.stringify(line)}\n`)
  let last = Number.NEGATIVE_INFINITY
  const report = (progress: Progress) => {
    const now = performance.now()
    if (now - last < INTERVAL_MS) return
    last = now
    write({ progress })
  }
  const stop = AbortSignal.any([signal, disconnected.signal])
  void work(report, stop)
    .then((result) => write({ result }))
    .catch((error) => {
      if (stop.aborted) return
      const problem = asProblem(error)
      if (problem.code === 'internal') log.error({ request_id: c.get('requestId'), err: error }, 'internal error')
      write({ problem: problem.toDetails(c.get('requestId')) })
    })
    .finally(() => spool.end())
  return c.body(spool.stream(), 200, { 'content-type': 'application/x-ndjson', 'cache-control': 'no-store' })
}
