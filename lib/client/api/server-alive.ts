import { underBase } from '@/lib/shared/web/base-path'

const TIMEOUT_MS = 5000

/** Whether the server sends pages, even if it takes no photos yet. Where a proxy hides `/health/live`, any response will do. */
export async function isServerAlive(): Promise<boolean> {
  try {
    const { status } = await fetch(underBase('/health/live'), {
      cache: 'no-store',
      signal: AbortSignal.timeout(TIMEOUT_MS),
    })
    return status < 500
  } catch {
    return false
  }
}
