import { Problem } from '@/lib/shared/problems/problem'
import type { FormPart } from './part'

/** The name of an uploaded file in the results. */
export function fileNameOf({ filename, name }: FormPart): string {
  return filename || name || 'photo'
}

export function tooManyFiles(limit: number): Problem {
  return new Problem(
    'too_many_files',
    `This server accepts at most ${limit} photos at once. Split the photos into several requests.`,
  )
}
