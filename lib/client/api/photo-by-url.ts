import { underBase } from '@/lib/shared/web/base-path'
import type { ProblemDetails } from '../../shared/problems/problem'
import type { Failure } from './failure'

const LASTING = { retryable: true, retryAfterMs: null }

/** Why the photo at an address could not be had. */
export class UrlFailure extends Error {
  constructor(readonly failure: Failure) {
    super(failure.code)
  }
}

/** The address in a text that is nothing else, or null. */
export function parseHttpUrl(text: string): string | null {
  const trimmed = text.trim()
  return /^https?:\/\/\S+$/i.test(trimmed) && URL.canParse(trimmed) ? trimmed : null
}

/**
 * Lets the server fetch a photo; the page may reach no other site.
 *
 * @throws UrlFailure
 */
export async function fetchPhotoByUrl(url: string, signal: AbortSignal): Promise<File> {
  const headers = { 'content-type': 'application/json' }
  const reply = await fetch(underBase('/api/photo'), {
    method: 'POST',
    headers,
    body: JSON.stringify({ url }),
    signal,
  }).catch(() => {
    throw new UrlFailure({ code: 'url_offline', ...LASTING })
  })
  if (!reply.ok) throw await failure(reply)
  const blob = await reply.blob()
  return new File([blob], name(url), { type: blob.type })
}

async function failure(reply: Response): Promise<UrlFailure> {
  try {
    const { code, title, detail } = (await reply.json()) as ProblemDetails
    return new UrlFailure({ code, title, detail, ...LASTING })
  } catch {
    return new UrlFailure({ code: 'url_unexpected', values: { status: reply.status }, ...LASTING })
  }
}

/** What the photo is called: the last part of its path, else its host. */
function name(url: string): string {
  const { pathname, hostname } = new URL(url)
  const last = pathname.split('/').filter(Boolean).at(-1)
  return last ? decodeURIComponent(last) : hostname
}
