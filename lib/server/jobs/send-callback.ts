import { createHmac } from 'node:crypto'
import type { Job } from '@/lib/shared/contract/jobs'

/** Resolves to the HTTP status. @throws Problem */
export type Post = (url: string, body: string, headers: Record<string, string>, signal: AbortSignal) => Promise<number>

/** Callbacks that one process has under way at once: they wait for others, not for this machine. */
export const MAX_CALLBACKS = 16
/** And of those to one host, so that a slow one holds up neither the others nor itself. */
export const MAX_CALLBACKS_PER_HOST = 4

/** Seconds before each further attempt. */
const DELAYS_S = [2, 10, 60, 600, 3600]

/**
 * How long to wait behind so many attempts that failed (milliseconds), longer each time; null where it is given up. Up to a quarter is left to chance:
 * many that failed at once do not come again at once.
 */
export function callbackDelay(attempts: number): number | null {
  const seconds = DELAYS_S[attempts - 1]
  return seconds === undefined ? null : 1000 * seconds * (1 + Math.random() / 4)
}

/** The host that a callback goes to, with its port. */
export function hostOf({ url }: { url: string }): string {
  return new URL(url).host
}

/** Tells a job's end once, signed. Whether it was taken. */
export async function sendCallback(
  { url, secret }: { url: string; secret: string },
  job: Job,
  post: Post,
  signal: AbortSignal,
): Promise<boolean> {
  const body = JSON.stringify(job)
  const signature = createHmac('sha256', secret).update(body).digest('hex')
  try {
    const status = await post(url, body, { 'x-vision-signature': `sha256=${signature}` }, signal)
    return status >= 200 && status < 300
  } catch {
    return false // Nobody there: again later. The job says how often it was tried.
  }
}
