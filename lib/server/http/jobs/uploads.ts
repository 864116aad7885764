import { randomUUID } from 'node:crypto'
import { open, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { Problem } from '@/lib/shared/problems/problem'
import { due, rest } from '../../event-loop/slices'
import type { Draft, JobInput } from '../../jobs/jobs'
import { asValue, openZip, type ZipPhoto } from '../../jobs/zip'
import { storeProblem } from '../../storage/store-fault'
import { readBody, tooLarge } from '../body'
import { readChunks } from '../body-chunks'
import { parseJsonObject } from '../json-body'
import type { MemoryBudget, Reservation } from '../memory-budget'
import { fileNameOf, tooManyFiles } from '../multipart/files'
import { isForm, type MultiFileForm, openMultiFileForm } from '../multipart/multi-file-form'
import { type RawOptions, requireKnownNames } from '../parameters'
import { addressesIn } from './addresses'

/** Options alone are short. */
const MAX_OPTIONS_BYTES = 16_000

export interface JobUploadLimits {
  /** Photos of a job. */
  files: number
  /** All photos of an upload. */
  bytes: number
  imageBytes: number
  requestBytes: number
  /** Whether addresses are fetched. */
  urls: boolean
  /** Encoding of names in an archive, where the caller says so. */
  zipNames?: string | undefined
  /** Where an archive lies while it is unpacked. */
  folder: string
}

/** What a request brings: its options, and its photos, which are still to be read. */
export interface JobUpload {
  options: RawOptions
  /** @throws Problem for what is wrong with the upload as a whole; a photo that is wrong fails by itself, later */
  fill(draft: Draft, zipNames?: string): Promise<void>
  /** Lets go of the body, so that what is left of it can be read and thrown away. */
  close(): Promise<void>
}

/**
 * Opens what a request brings: files of a form, each as it arrives, after its options; a ZIP; a CSV with a column `url`, and `file` where the results shall have
 * another name; or options alone as JSON. Nothing but one photo at a time is in memory.
 *
 * @throws Problem for options and forms that cannot be read
 */
export async function openUpload(request: Request, limits: JobUploadLimits, lease: Reservation): Promise<JobUpload> {
  const type = request.headers.get('content-type')?.toLowerCase() ?? ''
  const photos = (fill: JobUpload['fill']) => ({ options: {}, fill, close: async () => {} })
  if (isForm(request)) return formUpload(await openMultiFileForm(request, limits, lease), limits, lease)
  if (/^application\/(x-)?zip/.test(type))
    return photos((draft, zipNames) => addArchive(request, draft, { ...limits, zipNames }, lease))
  if (type.startsWith('text/csv')) {
    return photos(async (draft) =>
      addAddresses(await readBody(request, limits.requestBytes, lease), draft, limits, lease),
    )
  }
  const something = hasBody(request)
  if (something && isJson(request)) {
    return { ...photos(async () => {}), options: parseJsonObject(await readBody(request, MAX_OPTIONS_BYTES, lease)) }
  }
  const detail =
    'Send photos as a form (multipart/form-data), as a ZIP (application/zip), or a CSV of addresses (text/csv).'
  if (something) throw new Problem('no_file', detail)
  return photos(async () => {})
}

/** Without touching the body: a refused one is read on from where it comes in. */
function hasBody({ headers }: Request): boolean {
  return headers.has('transfer-encoding') || Number(headers.get('content-length') ?? 0) > 0
}

function isJson({ headers }: Request): boolean {
  return /^application\/json\b/i.test(headers.get('content-type') ?? '')
}

/**
 * Where there are no options, refuses those that come as JSON. Any other body means nothing: some clients send one with every POST.
 *
 * @throws Problem `invalid_parameter`, `invalid_json`, `too_large`, `queue_full`
 */
export async function refuseOptions(request: Request, uploads: MemoryBudget): Promise<void> {
  if (!hasBody(request) || !isJson(request)) return
  const lease = uploads.reserve()
  try {
    const body = await readBody(request, MAX_OPTIONS_BYTES, lease)
    if (body.byteLength > 0) requireKnownNames(Object.keys(parseJsonObject(body)), [])
  } finally {
    lease.release()
  }
}

function formUpload({ fields, files, close }: MultiFileForm, limits: JobUploadLimits, lease: Reservation): JobUpload {
  const fill = async (draft: Draft, zipNames?: string) => {
    let unpacked = 0
    for await (const part of files()) {
      if (/\.zip$/i.test(fileNameOf(part))) {
        const { buffer, byteOffset, byteLength } = part.bytes
        const archive = Buffer.from(buffer, byteOffset, byteLength)
        unpacked += await addZip(archive, draft, { ...limits, zipNames }, lease, unpacked)
      } else await add(draft, limits, lease, { file: fileNameOf(part) }, part.bytes)
    }
  }
  return { options: fields, fill, close }
}

async function addArchive(request: Request, draft: Draft, limits: JobUploadLimits, lease: Reservation): Promise<void> {
  if (!request.body) throw new Problem('empty_body', 'The request has no body; send the ZIP in it.')
  if (Number(request.headers.get('content-length') ?? 0) > limits.bytes) throw tooLarge(limits.bytes)
  // A ZIP is read from its end, so it has to be there whole.
  const path = join(limits.folder, `${randomUUID()}.zip`)
  try {
    await spool(request.body, path, limits.bytes)
    await addZip(path, draft, limits, lease)
  } finally {
    await rm(path, { force: true })
  }
}

/** @throws Problem `too_large`, `storage_full`, `not_ready` */
async function spool(body: ReadableStream<Uint8Array>, path: string, most: number): Promise<void> {
  const file = await open(path, 'wx').catch((error: unknown) => Promise.reject(storeProblem(error)))
  try {
    let length = 0
    for await (const chunk of readChunks(body)) {
      length += chunk.byteLength
      if (length > most) throw tooLarge(most)
      await file.write(chunk)
    }
  } catch (error) {
    throw storeProblem(error)
  } finally {
    await file.close()
  }
}

/** @param before bytes of archives before it in the upload → bytes that it unpacks to */
async function addZip(
  source: string | Buffer,
  draft: Draft,
  limits: JobUploadLimits,
  lease: Reservation,
  before = 0,
): Promise<number> {
  const bounds = { ...limits, files: limits.files - draft.count, before }
  const { photos, unpacked, close } = await openZip(source, bounds, limits.zipNames)
  try {
    for (const photo of photos) await addPacked(photo, draft, limits, lease)
    return unpacked
  } finally {
    close()
  }
}

/** A photo that cannot be had fails by itself, later. */
async function addPacked({ file, size, read }: ZipPhoto, draft: Draft, limits: JobUploadLimits, lease: Reservation) {
  await lease.hold('unpacked', size)
  const found = await read().catch(asValue)
  if (found instanceof Problem) {
    await add(draft, limits, lease, { file, problem: { code: found.code, detail: found.detail } })
  } else await add(draft, limits, lease, { file }, found)
}

async function addAddresses(
  body: Uint8Array,
  draft: Draft,
  limits: JobUploadLimits,
  lease: Reservation,
): Promise<void> {
  if (!limits.urls) throw new Problem('url_refused', 'This server does not fetch photos; send the photos themselves.')
  for await (const { url, file } of addressesIn(body)) await add(draft, limits, lease, { file: file || url, url })
}

async function add(
  draft: Draft,
  limits: JobUploadLimits,
  lease: Reservation,
  input: JobInput,
  bytes?: Uint8Array,
): Promise<void> {
  if (draft.count >= limits.files) throw tooManyFiles(limits.files)
  if (due()) await rest()
  await draft.add(input, bytes)
  await lease.hold('draft', draft.held ?? 0)
}
