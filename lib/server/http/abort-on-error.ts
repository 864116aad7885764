import type { Context } from 'hono'
import { asProblem } from './problem'
import type { AppEnv, Services } from './services'

/**
 * Passes on the chunks of a response whose headers are sent. If they fail, it destroys the connection, because a
 * regular end would look like a complete response, and logs the reason.
 */
export async function* abortOnError<T>(
  chunks: AsyncIterable<T>,
  c: Context<AppEnv>,
  log: Pick<Services['log'], 'error' | 'warn'>,
): AsyncGenerator<T> {
  try {
    yield* chunks
  } catch (error) {
    // The client may have disconnected, which is not an error.
    if ((error as NodeJS.ErrnoException).code !== 'ABORT_ERR') report(error, c, log)
    // Without Node's request, as inside Next.js, the failing stream has the same effect.
    if (!c.env.incoming) throw error
    c.env.incoming.destroy()
  }
}

function report(error: unknown, c: Context<AppEnv>, log: Pick<Services['log'], 'error' | 'warn'>): void {
  const { code, detail } = asProblem(error)
  const fields = { request_id: c.get('requestId'), path: c.req.path, code }
  if (code === 'internal') log.error({ ...fields, err: error }, 'response aborted')
  else log.warn({ ...fields, reason: detail }, 'response aborted')
}
