import { randomUUID } from 'node:crypto'
import { open, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { Problem } from '@/lib/shared/problems/problem'
import { shouldYield, yieldToEventLoop } from '../../event-loop/slices'
import type { Draft, JobInput } from '../../jobs/backend'
import { asValue, openZip, type ZipPhoto } from '../../jobs/zip'
import { storageProblem } from '../../storage/storage-errors'
import { readBody, tooLarge } from '../body'
import type { ByteBudget, Lease } from '../byte-budget'
import { chunksOf } from '../chunks'
import { nameOf, tooMany } from '../form'
import { objectIn } from '../json-body'
import { isForm, type ManyFiles, openForm } from '../many-files'
import { requireKnown, type Spelled } from '../parameters'
import { readUrlList } from './url-list'

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
  options: Spelled
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
export async function openUpload(request: Request, limits: JobUploadLimits, lease: Lease): Promise<JobUpload> {
  const type = request.headers.get('content-type')?.toLowerCase() ?? ''
  const photos = (fill: JobUpload['fill']) => ({ options: {}, fill, close: async () => {} })
  if (isForm(request)) return formUpload(await openForm(request, limits, lease), limits, lease)
  if (/^application\/(x-)?zip/.test(type))
    return photos((draft, zipNames) => addArchive(request, draft, { ...limits, zipNames }, lease))
  if (type.startsWith('text/csv')) {
    return photos(async (draft) => addUrls(await readBody(request, limits.requestBytes, lease), draft, limits, lease))
  }
  const hasContent = hasBody(request)
  if (hasContent && isJson(request)) {
    return { ...photos(async () => {}), options: objectIn(await readBody(request, MAX_OPTIONS_BYTES, lease)) }
  }
  const detail =
    'Send photos as a form (multipart/form-data), as a ZIP (application/zip), or a CSV of addresses (text/csv).'
  if (hasContent) throw new Problem('no_file', detail)
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
export async function refuseOptions(request: Request, uploads: ByteBudget): Promise<void> {
  if (!hasBody(request) || !isJson(request)) return
  const lease = uploads.lease()
  try {
    const body = await readBody(request, MAX_OPTIONS_BYTES, lease)
    if (body.byteLength > 0) requireKnown(Object.keys(objectIn(body)), [])
  } finally {
    lease.release()
  }
}

function formUpload({ fields, files, close }: ManyFiles, limits: JobUploadLimits, lease: Lease): JobUpload {
  const fill = async (draft: Draft, zipNames?: string) => {
    let unpacked = 0
    for await (const part of files()) {
      if (/\.zip$/i.test(nameOf(part))) {
        const { buffer, byteOffset, byteLength } = part.bytes
        const archive = Buffer.from(buffer, byteOffset, byteLength)
        unpacked += await addZip(archive, draft, { ...limits, zipNames }, lease, unpacked)
      } else await add(draft, limits, lease, { file: nameOf(part) }, part.bytes)
    }
  }
  return { options: fields, fill, close }
}

async function addArchive(request: Request, draft: Draft, limits: JobUploadLimits, lease: Lease): Promise<void> {
  if (!request.body) throw new Problem('empty_body', 'The request has no body; send the ZIP in it.')
  if (Number(request.headers.get('content-length') ?? 0) > limits.bytes) throw tooLarge(limits.bytes)
  // A ZIP is read from its end, so it has to be there whole.
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
    for await (const chunk of chunksOf(body)) {
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

/** @param before bytes of archives before it in the upload → bytes that it unpacks to */
async function addZip(
  source: string | Buffer,
  draft: Draft,
  limits: JobUploadLimits,
  lease: Lease,
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
async function addPacked({ file, size, read }: ZipPhoto, draft: Draft, limits: JobUploadLimits, lease: Lease) {
  await lease.hold('unpacked', size)
  const found = await read().catch(asValue)
  if (found instanceof Problem) {
    await add(draft, limits, lease, { file, problem: { code: found.code, detail: found.detail } })
  } else await add(draft, limits, lease, { file }, found)
}

async function addUrls(body: Uint8Array, draft: Draft, limits: JobUploadLimits, lease: Lease): Promise<void> {
  if (!limits.urls) throw new Problem('url_refused', 'This server does not fetch photos; send the photos themselves.')
  for await (const { url, file } of readUrlList(body)) await add(draft, limits, lease, { file: file || url, url })
}

async function add(
  draft: Draft,
  limits: JobUploadLimits,
  lease: Lease,
  input: JobInput,
  bytes?: Uint8Array,
): Promise<void> {
  if (draft.count >= limits.files) throw tooMany(limits.files)
  if (shouldYield()) await yieldToEventLoop()
  await draft.add(input, bytes)
  await lease.hold('draft', draft.heldBytes ?? 0)
}
