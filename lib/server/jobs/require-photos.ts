import type { JobParameters } from '@/lib/shared/contract/jobs'
import { Problem } from '@/lib/shared/problems/problem'

/**
 * A job begins with photos, or says where they will come from.
 *
 * @throws Problem `no_file`, `invalid_parameter` where they would come from two sides
 */
export function requirePhotos(count: number, { open, source }: JobParameters): void {
  if (source !== undefined && (open || count > 0)) {
    throw new Problem('invalid_parameter', 'A job has a source, or is sent its photos; not both.')
  }
  if (source === undefined && count === 0 && !open) throw new Problem('no_file', 'There is no photo in it.')
}
