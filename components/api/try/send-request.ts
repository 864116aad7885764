/** What a server answered. */
export interface Answer {
  status: number
  /** Milliseconds until the whole answer was there. */
  ms: number
  bytes: number
  text: string
}

/** Numbers in a row that are shown in full; an embedding has a thousand. */
const SHOWN_NUMBERS = 8
const MAX_CHARACTERS = 20_000

/** Sends a request. @throws Error if the server can't be reached, or the signal's reason */
export async function sendRequest(url: string, body: Blob, signal: AbortSignal): Promise<Answer> {
  const started = performance.now()
  const headers = { 'content-type': 'application/octet-stream' }
  const response = await fetch(url, { method: 'POST', body, headers, signal })
  const bytes = await response.blob()
  const ms = performance.now() - started
  return { status: response.status, ms, bytes: bytes.size, text: readable(await bytes.text()) }
}

/** JSON with line breaks, and with long rows of numbers shortened; any other text as it is. */
function readable(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text, shorten), null, 2).replace(/"\\u0000(\[.*?\])"/g, '$1')
  } catch {
    return text.slice(0, MAX_CHARACTERS)
  }
}

/** A text that begins with a character that JSON escapes, so that `readable` finds it. */
function shorten(_: string, value: unknown): unknown {
  if (typeof value === 'string' && value.length > MAX_CHARACTERS / 10) return `${value.slice(0, 80)}…`
  if (!Array.isArray(value) || value.length <= SHOWN_NUMBERS || typeof value[0] !== 'number') return value
  return `\0[${value.slice(0, SHOWN_NUMBERS).join(', ')}, … ${value.length - SHOWN_NUMBERS}]`
}
