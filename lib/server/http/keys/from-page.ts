import type { Context } from 'hono'
import type { PageSessions } from '../../keys/page-session'
import { fromOwnPage } from '../middleware/sign-in'
import type { AppEnv } from '../services'

/**
 * Whether a page of this site sends a request, in a session that it brought. Only for paths that the pages use: a
 * session is no way around a key for other clients.
 */
export async function isFromPage(
  c: Context<AppEnv>,
  sessions: () => PageSessions | Promise<PageSessions>,
): Promise<boolean> {
  if (!c.req.path.startsWith('/api/') || !fromOwnPage(c.req.raw.headers)) return false
  const cookie = c.req.header('cookie')
  return cookie !== undefined && (await sessions()).isValid(cookie, Date.now())
}
