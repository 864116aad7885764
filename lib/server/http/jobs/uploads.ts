import { randomUUID } from 'node:crypto'
import { open, rm } from 'node:fs/promises'
import { join } from 'node:path'
import Papa from 'papaparse'
import { Problem } from '@/lib/shared/problem'
import type { Draft, JobInput } from '../../jobs/jobs'
import { zipPhotos } from '../../jobs/zip'
import { readBody, tooLarge } from '../body'
import type { Lease } from '../byte-budget'
import { chunksOf, nameOf, tooMany } from '../form'
import { FormParser, type FormPart } from '../form-parser'

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

/**
 * Adds what a request brings: files of a form, each as it arrives; a ZIP; or a CSV with a column `url`, and `file` where the results
 * shall have another name. Nothing but one photo at a time is in memory.
 *
 * @throws Problem for what is wrong with the upload as a whole; a photo that is wrong fails by itself, later
 */
export async function addUpload(request: Request, draft: Draft, limits: JobUploadLimits, lease: Lease): Promise<void> {
  const type = request.headers.get('content-type')?.toLowerCase() ?? ''
  if (type.startsWith('multipart/form-data')) return addForm(request, draft, limits, lease)
  if (/^application\/(x-)?zip/.test(type)) return addArchive(request, draft, limits, lease)
  if (type.startsWith('text/csv'))
    return addAddresses(await readBody(request, limits.requestBytes, lease), draft, limits)
  const detail =
    'Send photos as a form (multipart/form-data), as a ZIP (application/zip), or a CSV of addresses (text/csv).'
  // The body itself is not touched: a refused one is read on from where it comes in.
  const { headers } = request
  const something = headers.has('transfer-encoding') || Number(headers.get('content-length') ?? 0) > 0
  if (something) throw new Problem('no_file', detail)
}

async function addForm(request: Request, draft: Draft, limits: JobUploadLimits, lease: Lease): Promise<void> {
  if (!request.body) throw new Problem('no_file', 'The form has no body.')
  const parser = new FormParser(request.headers.get('content-type') ?? '', {
    partBytes: limits.requestBytes,
    bytes: limits.bytes,
    parts: limits.files + 1,
    tooMany: () => tooMany(limits.files),
  })
  // One part at a time.
  lease.take(limits.requestBytes)
  for await (const chunk of chunksOf(request.body)) {
    for (const part of parser.write(chunk)) if (part.isFile) await addPart(part, draft, limits)
  }
  parser.finish()
}

async function addPart(part: FormPart, draft: Draft, limits: JobUploadLimits): Promise<void> {
  const name = nameOf(part)
  if (/\.zip$/i.test(name)) await addZip(Buffer.from(part.bytes), draft, limits)
  else await add(draft, limits, { file: name }, part.bytes)
}

async function addArchive(request: Request, draft: Draft, limits: JobUploadLimits, lease: Lease): Promise<void> {
  if (!request.body) throw new Problem('empty_body', 'The request has no body; send the ZIP in it.')
  if (Number(request.headers.get('content-length') ?? 0) > limits.bytes) throw tooLarge(limits.bytes)
  lease.take(limits.imageBytes)
  // A ZIP is read from its end, so it has to be there whole.
  const path = join(limits.folder, `${randomUUID()}.zip`)
  try {
    await spool(request.body, path, limits.bytes)
    await addZip(path, draft, limits)
  } finally {
    await rm(path, { force: true })
  }
}

/** @throws Problem `too_large`, `storage_full` */
async function spool(body: ReadableStream<Uint8Array>, path: string, most: number): Promise<void> {
  const file = await open(path, 'wx')
  try {
    let length = 0
    for await (const chunk of chunksOf(body)) {
      length += chunk.byteLength
      if (length > most) throw tooLarge(most)
      await file.write(chunk)
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error
    throw new Problem('storage_full', 'The server has no room for the archive. Try again later.', { cause: error })
  } finally {
    await file.close()
  }
}

async function addZip(source: string | Buffer, draft: Draft, limits: JobUploadLimits): Promise<void> {
  const left = limits.files - draft.count
  for await (const [file, found] of zipPhotos(source, { ...limits, files: left }, limits.zipNames)) {
    if (found instanceof Problem) {
      await add(draft, limits, { file, problem: { code: found.code, detail: found.detail } })
    } else await add(draft, limits, { file }, found)
  }
}

async function addAddresses(body: Uint8Array, draft: Draft, limits: JobUploadLimits): Promise<void> {
  if (!limits.urls) throw new Problem('url_refused', 'This server does not fetch photos; send the photos themselves.')
  const { data, meta } = Papa.parse<Record<string, string>>(new TextDecoder().decode(body), {
    header: true,
    skipEmptyLines: 'greedy',
    transformHeader: (name) => name.trim().toLowerCase(),
  })
  if (!meta.fields?.includes('url')) {
    throw new Problem('invalid_parameter', `The CSV needs a column url; it has: ${meta.fields?.join(', ') ?? 'none'}.`)
  }
  for (const { url = '', file } of data) await add(draft, limits, { file: file?.trim() || url.trim(), url: url.trim() })
}

async function add(draft: Draft, limits: JobUploadLimits, input: JobInput, bytes?: Uint8Array): Promise<void> {
  if (draft.count >= limits.files) throw tooMany(limits.files)
  await draft.add(input, bytes)
}
