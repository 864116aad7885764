import { headers } from 'next/headers'

/** Scheme and host under which the browser reached this server, as far as the request shows it. */
export async function requestOrigin(): Promise<string> {
  const request = await headers()
  const host = request.get('x-forwarded-host') ?? request.get('host') ?? 'localhost'
  return `${request.get('x-forwarded-proto') === 'https' ? 'https' : 'http'}://${host}`
}
