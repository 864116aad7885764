import {
  MaxFileSizeExceededError,
  MaxPartsExceededError,
  MaxTotalSizeExceededError,
  MultipartParseError,
  type MultipartPart,
} from '@remix-run/multipart-parser'
import { Problem } from '@/lib/shared/problem'
import { tooLarge } from './body'

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

/** What the parser of forms throws, as a problem; anything else as it is. */
export function formProblem(error: unknown, limits: { requestBytes: number; bytes: number; files: number }): unknown {
  if (error instanceof MaxPartsExceededError) return tooMany(limits.files)
  if (error instanceof MaxFileSizeExceededError) return tooLarge(limits.requestBytes)
  if (error instanceof MaxTotalSizeExceededError) return tooLarge(limits.bytes)
  if (!(error instanceof MultipartParseError)) return error
  return new Problem('no_file', `The form cannot be read: ${error.message}.`)
}

/** What a file of a form is called. Browsers write quotes and line ends of a name as `%22`, `%0D` and `%0A` (WHATWG HTML, 4.10.21.8). */
export function nameOf({ filename, name }: MultipartPart): string {
  const written = filename || name || 'photo'
  return written.replace(/%(22|0D|0A)/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
}

export function tooMany(limit: number): Problem {
  return new Problem('too_many_files', `At most ${limit} photos are taken at once here.`)
}
