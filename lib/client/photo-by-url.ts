import type { ProblemDetails } from '../shared/problem'

/** Why the photo at an address could not be had, for the person who gave it. */
export class UrlFailure extends Error {
  constructor(
    readonly title: string,
    readonly detail: string,
  ) {
    super(`${title}: ${detail}`)
  }
}

/** The address in a text that is nothing else, or null. */
export function webAddress(text: string): string | null {
  const trimmed = text.trim()
  return /^https?:\/\/\S+$/i.test(trimmed) && URL.canParse(trimmed) ? trimmed : null
}

/**
 * Lets the server fetch a photo; the page may reach no other site.
 *
 * @throws UrlFailure
 */
export async function photoByUrl(url: string, signal: AbortSignal): Promise<File> {
  const headers = { 'content-type': 'application/json' }
  const reply = await fetch('/api/photo', { method: 'POST', headers, body: JSON.stringify({ url }), signal }).catch(
    () => {
      throw new UrlFailure('No connection', 'The server could not be reached.')
    },
  )
  if (!reply.ok) throw await failure(reply)
  const blob = await reply.blob()
  return new File([blob], name(url), { type: blob.type })
}

async function failure(reply: Response): Promise<UrlFailure> {
  try {
    const { title, detail } = (await reply.json()) as ProblemDetails
    return new UrlFailure(title, detail)
  } catch {
    return new UrlFailure('The server did not answer as expected', `HTTP ${reply.status}.`)
  }
}

/** What the photo is called: the last part of its path, else its host. */
function name(url: string): string {
  const { pathname, hostname } = new URL(url)
  const last = pathname.split('/').filter(Boolean).at(-1)
  return last ? decodeURIComponent(last) : hostname
}
