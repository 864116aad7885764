import type { Context } from 'hono'
import { asProblem } from './problem'
import type { AppEnv, Services } from './services'

/**
 * The pieces of a reply that has begun. Where they fail, the connection breaks: a reply that ends in order would say that this was all. One line of the log says why.
 */
export async function* orBreakOff<T>(
  pieces: AsyncIterable<T>,
  c: Context<AppEnv>,
  log: Pick<Services['log'], 'error' | 'warn'>,
): AsyncGenerator<T> {
  try {
    yield* pieces
  } catch (error) {
    // Whoever read it may have gone, which is nobody's fault.
    if ((error as NodeJS.ErrnoException).code !== 'ABORT_ERR') report(error, c, log)
    // Without the host's request, as within Next, the stream's own failure does the same.
    if (!c.env.incoming) throw error
    c.env.incoming.destroy()
  }
}

function report(error: unknown, c: Context<AppEnv>, log: Pick<Services['log'], 'error' | 'warn'>): void {
  const { code, detail } = asProblem(error)
  const about = { request_id: c.get('requestId'), path: c.req.path, code }
  if (code === 'internal') log.error({ ...about, err: error }, 'a reply breaks off')
  else log.warn({ ...about, reason: detail }, 'a reply breaks off')
}
