import type { Context } from 'hono'
import type { AppEnv } from './services'

/**
 * The client's IP address. With `hops` trusted proxies in front of this server, each of which appends the address it
 * received the request from, this is that entry from the right in X-Forwarded-For. Anyone can forge the entries left
 * of it.
 */
export function clientAddress(c: Context<AppEnv>, hops: number): string {
  return addressOf(c.env?.incoming?.socket.remoteAddress, c.req.header('x-forwarded-for'), hops)
}

/** Like `clientAddress`, from the socket's remote address and the header. */
export function addressOf(socket: string | undefined, header: string | undefined, hops: number): string {
  const forwarded = (header ?? '').split(',').map((entry) => entry.trim())
  // Without a socket, Next.js's own server is in front, and it appends the address it sees.
  const index = forwarded.length - (socket === undefined ? Math.max(hops, 1) : hops)
  return (hops === 0 ? socket : undefined) ?? (forwarded[Math.max(index, 0)] || socket || 'unknown')
}

/** Whether the client's connection is encrypted, according to trusted proxies. */
export function isSecure(c: Context<AppEnv>, hops: number): boolean {
  if (hops > 0) return c.req.header('x-forwarded-proto')?.split(',').at(-1)?.trim() === 'https'
  return new URL(c.req.url).protocol === 'https:'
}
