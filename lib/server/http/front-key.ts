import type { Context } from 'hono'
import { Problem } from '@/lib/shared/problems/problem'
import type { PageSessions } from '../keys/page-session'
import type { Log } from '../observe/log'
import { hasCredential } from './keys/credentials'
import { isFromPage } from './keys/from-page'
import type { AppEnv } from './services'

/** How long the API may take to say what the key can do (milliseconds). */
const TIMEOUT_MS = 10_000

/** The key that pages use for an API elsewhere. */
export interface FrontKey {
  sessions: PageSessions
  /**
   * The key, with which visitors can do what it allows.
   *
   * @throws Problem `not_ready` if it has the scope `admin`, or if the API doesn't say so at the moment
   */
  secret(): Promise<string>
}

/**
 * Opens the key of `API_KEY`. Before its first use, the API is asked for what only an operator may see: a key with the
 * scope `admin` would make every visitor an operator. The scopes of a key never change.
 *
 * @param url the remote URL of a path
 */
export function openFrontKey(key: string, url: (path: string) => URL, sessions: PageSessions, log: Log): FrontKey {
  let checked: Promise<boolean> | null = null

  async function isOperators(): Promise<boolean> {
    const signal = AbortSignal.timeout(TIMEOUT_MS)
    const { status, ok } = await fetch(url('api/keys'), { method: 'HEAD', headers: bearer(key), signal })
    if (status >= 500 || status === 429) throw new Error(`the API responded with HTTP ${status}`)
    if (ok) log.error({}, 'API_KEY has the scope admin, so it is not used: every visitor would be an operator')
    return ok
  }

  return {
    sessions,
    async secret() {
      checked ??= isOperators()
      const operators = await checked.catch((cause) => {
        checked = null
        throw new Problem('not_ready', 'The API behind these pages is unreachable. Try again in a moment.', { cause })
      })
      if (!operators) return key
      throw new Problem(
        'not_ready',
        'The key of these pages is for operators, so they don’t use it. Tell the operator.',
      )
    },
  }
}

/** The header that sends a key. */
function bearer(key: string): { authorization: string } {
  return { authorization: `Bearer ${key}` }
}

/**
 * Whether a request comes from a page of this site and has no credential of its own: then it is sent on with the pages'
 * key. Programs need a key of their own.
 */
export async function needsFrontKey(c: Context<AppEnv>, { sessions }: FrontKey): Promise<boolean> {
  return !hasCredential(c) && (await isFromPage(c, () => sessions))
}
