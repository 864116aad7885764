import { underBase } from '@/lib/shared/web/base-path'
import type { ProblemDetails } from '../../shared/problems/problem'
import type { Failure } from './failure'

/**
 * Has the server fetch a photo, because the page itself may not connect to other sites.
 *
 * @returns the photo, or why the server couldn't load it
 * @throws Error if the server can't be reached
 */
export async function fetchPhotoByUrl(url: string, signal: AbortSignal): Promise<File | Failure> {
  const response = await fetch(underBase('/api/photo'), {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ url }),
    signal,
  })
  if (!response.ok) return { ...(await parseProblem(response)), retryable: true, retryAfterMs: null }
  const blob = await response.blob()
  return new File([blob], nameOf(url), { type: blob.type })
}

async function parseProblem(response: Response): Promise<Pick<Failure, 'code' | 'title' | 'detail' | 'values'>> {
  try {
    const { code, title, detail } = (await response.json()) as ProblemDetails
    return { code, title, detail }
  } catch {
    return { code: 'url_unexpected', values: { status: response.status } }
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
