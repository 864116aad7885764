import { Problem } from '@/lib/shared/problem'
import type { FormPart } from './form-parser'

/** A body piece by piece. Where the reading ends early the rest is not cancelled: who sends it is still to see why. */
export async function* chunksOf(body: ReadableStream<Uint8Array>): AsyncGenerator<Uint8Array> {
  const reader = body.getReader()
  try {
    for (let { done, value } = await reader.read(); !done; { done, value } = await reader.read()) {
      if (value) yield value
    }
  } finally {
    reader.releaseLock()
  }
}

/** What a file of a form is called in the results. */
export function nameOf({ filename, name }: FormPart): string {
  return filename || name || 'photo'
}

export function tooMany(limit: number): Problem {
  return new Problem('too_many_files', `At most ${limit} photos are taken at once here.`)
}
