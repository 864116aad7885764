import type { Context } from 'hono'
import { Problem } from '@/lib/shared/problems/problem'
import type { Environment } from '../../config/environment'
import { isOperator, requireOperator } from '../admin'
import { requireOwnPage } from '../middleware/sign-in'
import type { AppEnv } from '../services'

const LOOPBACK = /^(::1|127\.\d+\.\d+\.\d+|::ffff:127\.\d+\.\d+\.\d+)$/
const LOCAL_HOST = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])(:\d+)?$/i
/** Headers that a proxy adds. Behind one, a local connection may come from anywhere. */
const PROXY_HEADERS = ['forwarded', 'via', 'x-forwarded-for', 'x-forwarded-host', 'x-real-ip']

/**
 * Requires that the client may train and change custom models: with TRAINING=visitors everyone, otherwise the operator.
 * Without a token, the person at this machine is the operator.
 *
 * @throws Problem `forbidden`, `unauthorized`
 */
export function requireTrainer(
  c: Context<AppEnv>,
  { TRAINING, ADMIN_TOKEN, CORS_ORIGINS }: Pick<Environment, 'TRAINING' | 'ADMIN_TOKEN' | 'CORS_ORIGINS'>,
): void {
  const caller = c.get('caller')
  if (caller?.kind === 'key' && caller.scopes.has('train')) return
  // Pages of other sites must not be able to use a visitor's connection or password.
  requireOwnPage(c.req.raw, CORS_ORIGINS)
  if (TRAINING === 'visitors') return
  if (ADMIN_TOKEN !== undefined) requireOperator(c, { ADMIN_TOKEN })
  else if (!isLocal(c) && !isOperator(c, { ADMIN_TOKEN }))
    throw new Problem(
      'forbidden',
      'Only the operator can train models on this server, who first has to set ADMIN_TOKEN.',
    )
}

/**
 * Whether the client is on this machine. The Host header shows where a browser believes to be: a page of another site
 * whose name leads here has that name in it.
 */
export function isLocal(c: Context<AppEnv>): boolean {
  const socket = c.env?.incoming?.socket
  // Without a socket, Next.js's own server is in front (in development), and adds the address it sees.
  const address = socket ? socket.remoteAddress : c.req.header('x-forwarded-for')
  const hasProxy = socket !== undefined && PROXY_HEADERS.some((name) => c.req.header(name) !== undefined)
  return LOOPBACK.test(address ?? '') && LOCAL_HOST.test(c.req.header('host') ?? '') && !hasProxy
}
