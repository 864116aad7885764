import { createHmac } from 'node:crypto'
import type { Job } from '@/lib/shared/jobs'

/** Resolves to the HTTP status. @throws Problem */
export type Post = (url: string, body: string, headers: Record<string, string>, signal: AbortSignal) => Promise<number>

/** Seconds before each further attempt. */
export const CALLBACK_WAITS = [2, 10, 60, 600, 3600]

/** Tells a job's end once, signed. Whether it was taken. */
export async function tellEnd(
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
