import { getMultipartBoundary, MultipartParser, type MultipartPart } from '@remix-run/multipart-parser'
import { Problem } from '@/lib/shared/problem'
import type { Lease } from './byte-budget'
import { chunksOf, formProblem, tooMany } from './form'
import { addOnce } from './parameters'

export interface FormLimits {
  /** The largest part, in bytes. */
  requestBytes: number
  /** All parts together. */
  bytes: number
  files: number
}

/** Fields that a form may have besides its files. */
const MAX_FIELDS = 20

/** A form of many files, read as it comes. */
export interface ManyFiles {
  /** The options: what stands before the first file. */
  fields: Record<string, string>
  /** Whether it has no file at all. */
  empty: boolean
  /** @throws Problem for what is wrong with the form, and for an option that comes too late */
  files(): AsyncGenerator<MultipartPart>
  /** Lets go of the body, so that what is left of it can be read and thrown away. */
  close(): Promise<void>
}

export function isForm(request: Request): boolean {
  return /^multipart\/form-data\b/i.test(request.headers.get('content-type') ?? '')
}

/**
 * Reads a form up to its first file. Its options stand before its files: those are worked on as they come, when it must be known already what to do with them.
 * Holds one part at a time.
 *
 * @throws Problem `no_file`, `invalid_parameter`, `too_large`, `too_many_files`, `queue_full`
 */
export async function openForm(request: Request, limits: FormLimits, lease: Lease): Promise<ManyFiles> {
  const boundary = getMultipartBoundary(request.headers.get('content-type') ?? '')
  if (!boundary || !request.body) throw new Problem('no_file', 'The form has no boundary, or no body.')
  lease.take(limits.requestBytes)
  const parts = partsOf(request.body, boundary, limits)
  const fields: Record<string, string> = {}
  let first: MultipartPart | undefined
  try {
    while (!first) {
      const { value: part } = await parts.next()
      if (!part) break
      if (part.isFile) first = part
      else addOnce(fields, nameOfField(part), part.text)
    }
  } catch (error) {
    await parts.return(undefined)
    throw error
  }
  async function* files(): AsyncGenerator<MultipartPart> {
    if (!first) return
    yield first
    first = undefined
    for await (const part of parts) {
      if (!part.isFile) throw tooLate(nameOfField(part))
      yield part
    }
  }
  return { fields, empty: !first, files, close: async () => void (await parts.return(undefined)) }
}

async function* partsOf(
  body: ReadableStream<Uint8Array>,
  boundary: string,
  limits: FormLimits,
): AsyncGenerator<MultipartPart, undefined> {
  const sizes = { maxFileSize: limits.requestBytes, maxTotalSize: limits.bytes, maxParts: limits.files + MAX_FIELDS }
  let [files, fields] = [0, 0]
  try {
    const parser = new MultipartParser(boundary, sizes)
    for await (const chunk of chunksOf(body)) {
      for (const part of parser.write(chunk)) {
        if (part.isFile && ++files > limits.files) throw tooMany(limits.files)
        if (!part.isFile && ++fields > MAX_FIELDS) throw new Problem('too_many_files', 'The form has too many fields.')
        yield part
      }
    }
    parser.finish()
  } catch (error) {
    throw formProblem(error, limits)
  }
}

function nameOfField({ name }: MultipartPart): string {
  if (name) return name
  throw new Problem('invalid_parameter', 'A field of the form has no name.')
}

function tooLate(name: string): Problem {
  return new Problem('invalid_parameter', `${name} comes after a file; in a form of many files the options come first.`)
}
