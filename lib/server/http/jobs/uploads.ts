import { randomUUID } from 'node:crypto'
import { open, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { Problem } from '@/lib/shared/problems/problem'
import { shouldYield, yieldToEventLoop } from '../../event-loop/slices'
import type { Draft, JobInput } from '../../jobs/backend'
import { asValue, openZip, type ZipPhoto } from '../../jobs/zip'
import { storageProblem } from '../../storage/storage-errors'
import { readBody, tooLarge } from '../body'
import { readChunks } from '../body-chunks'
import { parseJsonObject } from '../json-body'
import type { MemoryBudget, Reservation } from '../memory-budget'
import { fileNameOf, tooManyFiles } from '../multipart/files'
import { isForm, type MultiFileForm, openMultiFileForm } from '../multipart/multi-file-form'
import { type RawOptions, requireKnownNames } from '../parameters'
import { readUrlList } from './url-list'

/** A body with only options is short. */
const MAX_OPTIONS_BYTES = 16_000

export interface JobUploadLimits {
  /** Maximum photos per job. */
  files: number
  /** Maximum bytes of all photos of an upload. */
  bytes: number
  imageBytes: number
  requestBytes: number
  /** Whether URLs are fetched. */
  urls: boolean
  /** Encoding of names in an archive, if the client gives it. */
  zipNames?: string | undefined
  /** Whether labels files in an archive are extracted, too. */
  labelsFiles?: boolean
  /** Where an archive is stored while it is unpacked. */
  folder: string
}

/** The contents of a request: its options, and its photos, which are read later. */
export interface JobUpload {
  options: RawOptions
  /**
   * @throws Problem if something is wrong with the upload as a whole. A single bad photo only fails by itself, later
   */
  fill(draft: Draft, zipNames?: string): Promise<void>
  /** Releases the body, so that the rest of it can be read and discarded. */
  close(): Promise<void>
}

/**
 * Opens an upload: the files of a form, each as it arrives, after the options; a ZIP; a CSV with a column `url` and
 * optionally `file` for the name in the results; or options alone as JSON. At most one photo at a time is in memory.
 *
 * @throws Problem if the options or the form can't be read
 */
export async function openUpload(request: Request, limits: JobUploadLimits, lease: Reservation): Promise<JobUpload> {
  const type = request.headers.get('content-type')?.toLowerCase() ?? ''
  const photos = (fill: JobUpload['fill']) => ({ options: {}, fill, close: async () => {} })
  if (isForm(request)) return formUpload(await openMultiFileForm(request, limits, lease), limits, lease)
  if (/^application\/(x-)?zip/.test(type))
    return photos((draft, zipNames) => addArchive(request, draft, { ...limits, zipNames }, lease))
  if (type.startsWith('text/csv')) {
    return photos(async (draft) => addUrls(await readBody(request, limits.requestBytes, lease), draft, limits, lease))
  }
  const hasContent = hasBody(request)
  if (hasContent && isJson(request)) {
    return { ...photos(async () => {}), options: parseJsonObject(await readBody(request, MAX_OPTIONS_BYTES, lease)) }
  }
  const detail =
    'Send the photos as a form (multipart/form-data), a ZIP (application/zip), or a CSV of URLs (text/csv).'
  if (hasContent) throw new Problem('no_file', detail)
  return photos(async () => {})
}

/** Doesn't touch the body: the rest of a refused body is read where it comes in. */
export function hasBody({ headers }: Request): boolean {
  return headers.has('transfer-encoding') || Number(headers.get('content-length') ?? 0) > 0
}

function isJson({ headers }: Request): boolean {
  return /^application\/json\b/i.test(headers.get('content-type') ?? '')
}

/**
 * Refuses JSON options for an action that has none. Any other body is ignored: some clients send one with every POST.
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
  if (!request.body) throw new Problem('empty_body', 'The request has no body. Send the ZIP as the body.')
  if (Number(request.headers.get('content-length') ?? 0) > limits.bytes) throw tooLarge(limits.bytes)
  // A ZIP is read from its end, so it must be stored completely first.
  const path = join(limits.folder, `${randomUUID()}.zip`)
  try {
    await saveBody(request.body, path, limits.bytes)
    await addZip(path, draft, limits, lease)
  } finally {
    await rm(path, { force: true })
  }
}

/** @throws Problem `too_large`, `storage_full`, `not_ready` */
async function saveBody(body: ReadableStream<Uint8Array>, path: string, maxBytes: number): Promise<void> {
  const file = await open(path, 'wx').catch((error: unknown) => Promise.reject(storageProblem(error)))
  try {
    let length = 0
    for await (const chunk of readChunks(body)) {
      length += chunk.byteLength
      if (length > maxBytes) throw tooLarge(maxBytes)
      await file.write(chunk)
    }
  } catch (error) {
    throw storageProblem(error)
  } finally {
    await file.close()
  }
}

/** @param before unpacked bytes of earlier archives in the upload. @returns unpacked bytes of this one */
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

/** Adds a photo from an archive. One that can't be extracted fails by itself, later. */
async function addPacked({ file, size, read }: ZipPhoto, draft: Draft, limits: JobUploadLimits, lease: Reservation) {
  await lease.hold('unpacked', size)
  const found = await read().catch(asValue)
  if (found instanceof Problem) {
    await add(draft, limits, lease, { file, problem: { code: found.code, detail: found.detail } })
  } else await add(draft, limits, lease, { file }, found)
}

async function addUrls(body: Uint8Array, draft: Draft, limits: JobUploadLimits, lease: Reservation): Promise<void> {
  if (!limits.urls)
    throw new Problem('url_refused', 'This server does not fetch photos from URLs. Send the photos themselves.')
  for await (const { url, file } of readUrlList(body)) await add(draft, limits, lease, { file: file || url, url })
}

async function add(
  draft: Draft,
  limits: JobUploadLimits,
  lease: Reservation,
  input: JobInput,
  bytes?: Uint8Array,
): Promise<void> {
  if (draft.count >= limits.files) throw tooManyFiles(limits.files)
  if (shouldYield()) await yieldToEventLoop()
  await draft.add(input, bytes)
  await lease.hold('draft', draft.heldBytes ?? 0)
}
