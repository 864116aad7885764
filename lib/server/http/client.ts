import type { Context } from 'hono'
import type { AppEnv } from './services'

/**
 * Address of the client. With `hops` trusted proxies before this server, each of which appends the address it was
 * called from, it is the entry that many from the right in X-Forwarded-For; what stands left of it anybody can write.
 */
export function clientAddress(c: Context<AppEnv>, hops: number): string {
  return addressOf(c.env?.incoming?.socket.remoteAddress, c.req.header('x-forwarded-for'), hops)
}

/** The same by what a server knows: its socket's other end and the header. */
export function addressOf(socket: string | undefined, header: string | undefined, hops: number): string {
  const forwarded = (header ?? '').split(',').map((entry) => entry.trim())
  // Next's own server stands in front where there is no socket, and it appends what it sees.
  const index = forwarded.length - (socket === undefined ? Math.max(hops, 1) : hops)
  return (hops === 0 ? socket : undefined) ?? (forwarded[Math.max(index, 0)] || socket || 'unknown')
}

/** Whether the client's own connection is encrypted, as far as trusted proxies say. */
export function isSecure(c: Context<AppEnv>, hops: number): boolean {
  if (hops > 0) return c.req.header('x-forwarded-proto')?.split(',').at(-1)?.trim() === 'https'
  return new URL(c.req.url).protocol === 'https:'
}
