import { underBase } from '@/lib/shared/web/base-path'
import type { ProblemDetails } from '../../shared/problems/problem'
import type { Failure } from './failure'

const RETRYABLE = { retryable: true, retryAfterMs: null }

/** Why the photo at a URL couldn't be loaded. */
export class UrlFailure extends Error {
  constructor(readonly failure: Failure) {
    super(failure.code)
  }
}

/** What people type: a host with a dot, and a path. */
const WITHOUT_SCHEME = /^[\w-]+(\.[\w-]+)+(:\d+)?\/\S+$/

/** The URL that a visitor typed, which may lack its scheme, or null. */
export function parseTypedUrl(text: string): string | null {
  const trimmed = text.trim()
  return parseHttpUrl(WITHOUT_SCHEME.test(trimmed) ? `https://${trimmed}` : trimmed)
}

/** The text if it is an http(s) URL and nothing else, or null. */
export function parseHttpUrl(text: string): string | null {
  const trimmed = text.trim()
  return /^https?:\/\/\S+$/i.test(trimmed) && URL.canParse(trimmed) ? trimmed : null
}

/**
 * Has the server fetch a photo, because the page itself may not connect to other sites.
 *
 * @throws UrlFailure
 */
export async function fetchPhotoByUrl(url: string, signal: AbortSignal): Promise<File> {
  const headers = { 'content-type': 'application/json' }
  const response = await fetch(underBase('/api/photo'), {
    method: 'POST',
    headers,
    body: JSON.stringify({ url }),
    signal,
  }).catch(() => {
    throw new UrlFailure({ code: 'url_offline', ...RETRYABLE })
  })
  if (!response.ok) throw await parseUrlFailure(response)
  const blob = await response.blob()
  return new File([blob], nameOf(url), { type: blob.type })
}

async function parseUrlFailure(response: Response): Promise<UrlFailure> {
  try {
    const { code, title, detail } = (await response.json()) as ProblemDetails
    return new UrlFailure({ code, title, detail, ...RETRYABLE })
  } catch {
    return new UrlFailure({ code: 'url_unexpected', values: { status: response.status }, ...RETRYABLE })
  }
}

/** The last segment of the path, or the host name. */
function nameOf(url: string): string {
  const { pathname, hostname } = new URL(url)
  const lastSegment = pathname.split('/').filter(Boolean).at(-1)
  return lastSegment ? decoded(lastSegment) : hostname
}

/** A path may contain a percent sign that encodes nothing. */
function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment)
  } catch {
    return segment
  }
}
