import type { IncomingMessage } from 'node:http'
import { bytes as formatBytes } from '@/lib/shared/i18n/format'
import { Problem } from '@/lib/shared/problems/problem'
import { parseAllowedUrl, type RequestPolicy, sendRequest, timeLimit, toUrlProblem } from './safe-request'

export interface FetchOptions extends RequestPolicy {
  /** Limit in bytes; reading stops there. */
  maxBytes: number
  /** Time limit from the first connection to the last byte, including redirects. */
  timeoutMs: number
  /** Called with the size of each chunk; throwing stops the download. */
  onBytes?(bytes: number): void
}

const MAX_REDIRECTS = 5
const REDIRECTS = new Set([301, 302, 303, 307, 308])

/**
 * Fetches a photo from the web without giving the caller access to what only this server can reach: only http and
 * https on their default ports, and public IP addresses, checked on the very address that is connected to and again on
 * every redirect. Size and time are limited.
 *
 * @throws Problem `url_refused`, `url_unreachable`, `too_large`
 */
export async function fetchPhoto(address: string, options: FetchOptions, signal?: AbortSignal): Promise<Uint8Array> {
  // Validated before anything starts: long lists have many refused URLs, and each timer would keep running.
  let url = parseAllowedUrl(address, options)
  const { deadline, clear } = timeLimit(options.timeoutMs)
  const stop = signal ? AbortSignal.any([signal, deadline]) : deadline
  try {
    for (let hops = 0; ; hops++) {
      const reply = await sendRequest(url, options, stop)
      const location = REDIRECTS.has(reply.statusCode ?? 0) ? reply.headers.location : undefined
      if (location === undefined) return await readBody(reply, url, options)
      reply.destroy()
      if (hops === MAX_REDIRECTS)
        throw new Problem(
          'url_unreachable',
          `${url.host} redirects more than ${MAX_REDIRECTS} times. Use the final URL.`,
        )
      url = parseAllowedUrl(new URL(location, url).href, options)
    }
  } catch (error) {
    throw toUrlProblem(error, options.timeoutMs, deadline, signal)
  } finally {
    clear()
  }
}

async function readBody(
  reply: IncomingMessage,
  url: URL,
  { maxBytes, onBytes }: Pick<FetchOptions, 'maxBytes' | 'onBytes'>,
): Promise<Uint8Array> {
  const tooLarge = () => {
    reply.destroy()
    return new Problem(
      'too_large',
      `The file at this URL is larger than ${formatBytes(maxBytes)}. Use a smaller photo.`,
    )
  }
  if (reply.statusCode !== 200) {
    reply.destroy()
    throw new Problem('url_unreachable', `${url.host} responded with HTTP ${reply.statusCode}. Check the URL.`)
  }
  if (Number(reply.headers['content-length'] ?? 0) > maxBytes) throw tooLarge()
  const chunks: Buffer[] = []
  let length = 0
  for await (const chunk of reply as AsyncIterable<Buffer>) {
    length += chunk.length
    if (length > maxBytes) throw tooLarge()
    onBytes?.(chunk.length)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks, length)
}
