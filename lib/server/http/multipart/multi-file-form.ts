import { fileName } from '@/lib/shared/files/file-name'
import { Problem } from '@/lib/shared/problems/problem'
import { readChunks } from '../body-chunks'
import type { Reservation } from '../memory-budget'
import { emptyParameters, type RawParameters, setOnce } from '../parameters'
import { tooManyFiles } from './files'
import { MultipartParser } from './parser'
import type { FormPart } from './part'

export interface FormLimits {
  /** Maximum bytes per part. */
  requestBytes: number
  /** Maximum bytes of all parts. */
  bytes: number
  files: number
}

/** Approximate size of a chunk in bytes. */
const CHUNK_BYTES = 65_536
/** Maximum number of fields besides the files. */
const MAX_FIELDS = 20

/** A form with many files, read as it arrives. */
export interface MultiFileForm {
  /** The fields before the first file, which are the options. */
  fields: RawParameters
  /** Whether it has no files. */
  empty: boolean
  /** @throws Problem if the form is malformed, or an option follows a file */
  files(): AsyncGenerator<FormPart>
  /** Releases the body, so that the rest of it can be read and discarded. */
  close(): Promise<void>
}

export function isForm(request: Request): boolean {
  return /^multipart\/form-data\b/i.test(request.headers.get('content-type') ?? '')
}

/**
 * Reads a form up to its first file. Options must come before the files, because files are processed as they arrive.
 * Holds one part at a time, and only the bytes that have arrived.
 *
 * @throws Problem `no_file`, `invalid_parameter`, `too_large`, `too_many_files`, `queue_full`, `too_slow`
 */
export async function openMultiFileForm(
  request: Request,
  limits: FormLimits,
  reservation: Reservation,
): Promise<MultiFileForm> {
  if (!request.body) throw new Problem('no_file', 'The request has no body. Send the photos as files of a form.')
  const parser = new MultipartParser(request.headers.get('content-type') ?? '', {
    partBytes: limits.requestBytes,
    bytes: limits.bytes,
    parts: limits.files + MAX_FIELDS,
    tooMany: () => tooManyFiles(limits.files),
  })
  reservation.require(CHUNK_BYTES)
  const parts = readParts(request.body, parser, limits, reservation)
  const fields = emptyParameters()
  let first: FormPart | undefined
  try {
    while (!first) {
      const { value: part } = await parts.next()
      if (!part) break
      if (part.isFile) first = part
      else setOnce(fields, fieldName(part), fileName(part.bytes))
    }
  } catch (error) {
    await parts.return(undefined)
    throw error
  }
  async function* files(): AsyncGenerator<FormPart> {
    if (!first) return
    yield first
    first = undefined
    for await (const part of parts) {
      if (!part.isFile) throw fieldAfterFile(fieldName(part))
      yield part
    }
  }
  return { fields, empty: !first, files, close: async () => void (await parts.return(undefined)) }
}

async function* readParts(
  body: ReadableStream<Uint8Array>,
  parser: MultipartParser,
  limits: FormLimits,
  reservation: Reservation,
): AsyncGenerator<FormPart, undefined> {
  let [files, fields] = [0, 0]
  function* enforceLimits(parts: Iterable<FormPart>): Generator<FormPart> {
    for (const part of parts) {
      if (part.isFile && ++files > limits.files) throw tooManyFiles(limits.files)
      if (!part.isFile && ++fields > MAX_FIELDS)
        throw new Problem('too_many_files', `The form has more than ${MAX_FIELDS} fields besides its files.`)
      yield part
    }
  }
  for await (const chunk of readChunks(body)) {
    await reservation.hold('form', parser.held + chunk.byteLength)
    yield* enforceLimits(parser.write(chunk))
    await reservation.hold('form', parser.held)
  }
  yield* enforceLimits(parser.finish())
}

function fieldName({ name }: FormPart): string {
  if (name) return name
  throw new Problem('invalid_parameter', 'A form field has no name. Name every field.')
}

function fieldAfterFile(name: string): Problem {
  return new Problem(
    'invalid_parameter',
    `The field ${name} comes after a file. Put all options before the first file.`,
  )
}
