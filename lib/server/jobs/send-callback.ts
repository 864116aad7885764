import { createHmac } from 'node:crypto'
import type { Job } from '@/lib/shared/contract/jobs'

/** Resolves to the HTTP status. @throws Problem */
export type Post = (url: string, body: string, headers: Record<string, string>, signal: AbortSignal) => Promise<number>

/** Callbacks that one process sends at once. They wait for the receivers, not for this machine. */
export const MAX_CALLBACKS = 16
/** Callbacks to one host at once, so that a slow receiver holds up neither others nor itself. */
export const MAX_CALLBACKS_PER_HOST = 4

/** Seconds before each further attempt. */
const DELAYS_S = [2, 10, 60, 600, 3600]

/**
 * The delay after this many failed attempts (milliseconds), longer each time; null to give up. It has up to 25% jitter,
 * so that callbacks that failed together don't retry together.
 */
export function callbackDelay(attempts: number): number | null {
  const seconds = DELAYS_S[attempts - 1]
  return seconds === undefined ? null : 1000 * seconds * (1 + Math.random() / 4)
}

/** The host and port of a callback. */
export function hostOf({ url }: { url: string }): string {
  return new URL(url).host
}

/** Sends a job's signed callback once. → whether the receiver accepted it. */
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
    return false // No one answered: retry later. The job reports the number of attempts.
  }
}
