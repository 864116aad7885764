import type { JobParameters } from '@/lib/shared/contract/jobs'
import { Problem } from '@/lib/shared/problems/problem'

/**
 * Checks that a job starts with photos or has a source.
 *
 * @throws Problem `no_file`, `invalid_parameter` if it has both
 */
export function requirePhotos(count: number, { open, source }: JobParameters): void {
  if (source !== undefined && (open || count > 0)) {
    throw new Problem(
      'invalid_parameter',
      'A job either has a source or is sent its photos, not both. Remove one of them.',
    )
  }
  if (source === undefined && count === 0 && !open)
    throw new Problem('no_file', 'The request contains no photos. Send at least one, or create the job with open=true.')
}
