import { Problem } from '@/lib/shared/problems/problem'

export function unknownJob(): Problem {
  return new Problem('unknown_job', 'There is no job with this ID. It may have been deleted.')
}

/**
 * Refuses a photo that arrives after the job was closed. Backends check this for each photo, in the same step that adds
 * it, because another client may close the job during an upload.
 */
export function jobClosed(): Problem {
  return new Problem('conflict', 'This job is closed. Create another job for more photos.')
}

/** Refuses a cursor that this job never returned. */
export function invalidCursor(): Problem {
  return new Problem('invalid_parameter', 'This cursor does not belong to this job. Start again with an empty cursor.')
}
