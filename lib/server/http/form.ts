import { Problem } from '@/lib/shared/problems/problem'
import type { FormPart } from './form-parser'

/** What a file of a form is called in the results. */
export function nameOf({ filename, name }: FormPart): string {
  return filename || name || 'photo'
}

export function tooMany(limit: number): Problem {
  return new Problem('too_many_files', `At most ${limit} photos are taken at once here.`)
}
