import { fileName } from '@/lib/shared/files/file-name'
import { Problem } from '@/lib/shared/problems/problem'
import type { Lease } from './byte-budget'
import { chunksOf } from './chunks'
import { tooMany } from './form'
import { FormParser, type FormPart } from './form-parser'
import { addOnce, noParameters } from './parameters'

export interface FormLimits {
  /** The largest part, in bytes. */
  requestBytes: number
  /** All parts together. */
  bytes: number
  files: number
}

/** Bytes that come at once, about. */
const A_PIECE = 65_536
/** Fields that a form may have besides its files. */
const MAX_FIELDS = 20

/** A form of many files, read as it comes. */
export interface ManyFiles {
  /** The options: what stands before the first file. */
  fields: Record<string, string>
  /** Whether it has no file at all. */
  empty: boolean
  /** @throws Problem for what is wrong with the form, and for an option that comes too late */
  files(): AsyncGenerator<FormPart>
  /** Lets go of the body, so that what is left of it can be read and thrown away. */
  close(): Promise<void>
}

export function isForm(request: Request): boolean {
  return /^multipart\/form-data\b/i.test(request.headers.get('content-type') ?? '')
}

/**
 * Reads a form up to its first file. Its options stand before its files: those are worked on as they come, when it must be known already what to do with them.
 * Holds one part at a time, and as much of it as has come.
 *
 * @throws Problem `no_file`, `invalid_parameter`, `too_large`, `too_many_files`, `queue_full`, `too_slow`
 */
export async function openForm(request: Request, limits: FormLimits, lease: Lease): Promise<ManyFiles> {
  if (!request.body) throw new Problem('no_file', 'The form has no body.')
  const parser = new FormParser(request.headers.get('content-type') ?? '', {
    partBytes: limits.requestBytes,
    bytes: limits.bytes,
    parts: limits.files + MAX_FIELDS,
    tooMany: () => tooMany(limits.files),
  })
  lease.require(A_PIECE)
  const parts = partsOf(request.body, parser, limits, lease)
  const fields = noParameters()
  let first: FormPart | undefined
  try {
    while (!first) {
      const { value: part } = await parts.next()
      if (!part) break
      if (part.isFile) first = part
      else addOnce(fields, nameOfField(part), fileName(part.bytes))
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
      if (!part.isFile) throw tooLate(nameOfField(part))
      yield part
    }
  }
  return { fields, empty: !first, files, close: async () => void (await parts.return(undefined)) }
}

async function* partsOf(
  body: ReadableStream<Uint8Array>,
  parser: FormParser,
  limits: FormLimits,
  lease: Lease,
): AsyncGenerator<FormPart, undefined> {
  let [files, fields] = [0, 0]
  function* counted(parts: Iterable<FormPart>): Generator<FormPart> {
    for (const part of parts) {
      if (part.isFile && ++files > limits.files) throw tooMany(limits.files)
      if (!part.isFile && ++fields > MAX_FIELDS) throw new Problem('too_many_files', 'The form has too many fields.')
      yield part
    }
  }
  for await (const chunk of chunksOf(body)) {
    await lease.hold('form', parser.held + chunk.byteLength)
    yield* counted(parser.write(chunk))
    await lease.hold('form', parser.held)
  }
  yield* counted(parser.finish())
}

function nameOfField({ name }: FormPart): string {
  if (name) return name
  throw new Problem('invalid_parameter', 'A field of the form has no name.')
}

function tooLate(name: string): Problem {
  return new Problem('invalid_parameter', `${name} comes after a file; in a form of many files the options come first.`)
}
