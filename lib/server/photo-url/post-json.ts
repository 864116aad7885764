import { parseAllowedUrl, type RequestPolicy, sendRequest, timeLimit, toUrlProblem } from './safe-request'

/**
 * Sends JSON to a URL from a client, with the checks of `fetchPhoto`. Doesn't follow redirects or read the response
 * body.
 *
 * @returns the HTTP status
 * @throws Problem `url_refused`, `url_unreachable`
 */
export async function postJson(
  address: string,
  body: string,
  headers: Record<string, string>,
  options: RequestPolicy & { timeoutMs: number },
  signal: AbortSignal,
): Promise<number> {
  const { deadline, clear } = timeLimit(options.timeoutMs)
  try {
    const url = parseAllowedUrl(address, options)
    const reply = await sendRequest(url, options, AbortSignal.any([signal, deadline]), {
      method: 'POST',
      body,
      headers: { 'content-type': 'application/json', 'content-length': String(Buffer.byteLength(body)), ...headers },
    })
    reply.destroy()
    return reply.statusCode ?? 0
  } catch (error) {
    throw toUrlProblem(error, options.timeoutMs, deadline, signal)
  } finally {
    clear()
  }
}
