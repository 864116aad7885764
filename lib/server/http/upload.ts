import { fileName } from '@/lib/shared/files/file-name'
import { Problem } from '@/lib/shared/problems/problem'
import { decodeBase64 } from './base64'
import { readBody, tooLarge } from './body'
import { parseJsonBody } from './json-body'
import type { Reservation } from './memory-budget'
import { MultipartParser } from './multipart/parser'
import type { FormPart } from './multipart/part'
import { emptyParameters, setOnce } from './parameters'

/** One uploaded photo with the form or JSON fields next to it. */
export interface Upload {
  /** The photo, or the URL to fetch it from; or the texts, where a route takes them in place of a photo. */
  image: Uint8Array | { url: string } | { texts: unknown }
  fields: Record<string, unknown>
}

export interface UploadLimits {
  imageBytes: number
  requestBytes: number
  /** Whether JSON may have `text` in place of a photo. */
  texts?: boolean
}

/** Fewer bytes than any format needs. */
const LEAST_BYTES = 8

/** Maximum number of form parts; a classify request needs fewer. */
const MAX_PARTS = 20

/**
 * Extracts the photo from a request: from multipart, from JSON with base64, or, for any other content type (including
 * curl's default for --data-binary), the body itself.
 *
 * @throws Problem `empty_body`, `no_file`, `too_many_files`, `too_large`, `invalid_json`, `invalid_parameter`,
 * `queue_full`
 */
export async function readUpload(request: Request, limits: UploadLimits, reservation: Reservation): Promise<Upload> {
  const contentType = request.headers.get('content-type')?.toLowerCase() ?? ''
  const multipart = contentType.startsWith('multipart/form-data')
  const json = /^application\/([\w.+-]+\+)?json\b/.test(contentType)
  const body = await readBody(request, multipart || json ? limits.requestBytes : limits.imageBytes, reservation)
  if (body.byteLength === 0) throw new Problem('empty_body', 'The request has no body. Send the photo as the body.')
  if (multipart) return fromForm(body, request.headers.get('content-type') ?? '', limits.imageBytes)
  if (json) return fromJson(body, limits)
  if (contentType.startsWith('application/x-www-form-urlencoded') && isStripped(body)) {
    throw new Problem(
      'not_an_image',
      'The body isn’t a photo, or lost bytes on the way: curl -d removes line breaks from files. Use --data-binary @photo.jpg.',
    )
  }
  return { image: body, fields: {} }
}

/** Whether a body has none of the bytes that `curl -d` removes from a file. Every photo has some. */
function isStripped(body: Uint8Array): boolean {
  return ![0, 10, 13].some((byte) => body.includes(byte))
}

/** The one photo of a form, in a field of any name, and the other fields. */
export function fromForm(
  body: Uint8Array,
  contentType: string,
  limit: number,
): { image: Uint8Array; fields: Record<string, unknown> } {
  const fields = emptyParameters()
  let image: Uint8Array | undefined
  // The whole form is parsed before any part is validated.
  for (const part of [...formParts(body, contentType)]) {
    if (!part.isFile && part.name !== 'file') {
      if (part.name) setOnce(fields, part.name, fileName(part.bytes))
      continue
    }
    if (image) throw new Problem('too_many_files', 'The form has several photos. Send one photo per request.')
    image = part.bytes
  }
  if (!image) throw new Problem('no_file', 'The form has no file. Send the photo in the field "file".')
  if (image.byteLength === 0) throw new Problem('empty_body', 'The file is empty. Send a photo.')
  if (image.byteLength > limit) throw tooLarge(limit)
  return { image, fields }
}

/** The files of a form, in fields of any name. */
export function formFiles(body: Uint8Array, contentType: string): Uint8Array[] {
  return [...formParts(body, contentType)].filter(({ isFile }) => isFile).map(({ bytes }) => bytes)
}

function* formParts(body: Uint8Array, contentType: string): Generator<FormPart> {
  // The size of the body is already limited.
  const sizes = { partBytes: body.byteLength, bytes: body.byteLength }
  const tooMany = () => new Problem('too_many_files', `The form has more than ${MAX_PARTS} parts.`)
  const parser = new MultipartParser(contentType, { ...sizes, parts: MAX_PARTS, tooMany })
  yield* parser.write(body)
  yield* parser.finish()
}

/** @throws Problem `invalid_parameter` if there is a photo, too */
function textsOf({ text, image, url, ...fields }: Record<string, unknown>): Upload {
  if (image === undefined && url === undefined) return { image: { texts: text }, fields }
  throw new Problem('invalid_parameter', 'The JSON has a text and a photo. Send one of them.')
}

async function fromJson(body: Uint8Array, { imageBytes: limit, texts = false }: UploadLimits): Promise<Upload> {
  const json = await parseJsonBody(body)
  if (typeof json !== 'object' || json === null || Array.isArray(json)) {
    throw new Problem('invalid_json', 'The body isn’t a JSON object. Send {"image": "<base64>"}.')
  }
  const { image, url, ...fields } = json as Record<string, unknown>
  if (texts && fields.text !== undefined) return textsOf(json as Record<string, unknown>)
  if (image !== undefined && url !== undefined) {
    throw new Problem('invalid_parameter', 'The JSON has both "image" and "url". Send one of them.')
  }
  if (image === undefined && typeof url === 'string' && url !== '') return { image: { url }, fields }
  if (image === undefined || image === null || image === '') {
    throw new Problem('no_file', 'The JSON has no photo. Send it as base64 in "image", or its URL in "url".')
  }
  if (typeof image !== 'string')
    throw new Problem('invalid_parameter', '"image" isn’t a string. Send the photo as base64.')
  const bytes = await decodeBase64(image)
  if (bytes.byteLength > limit) throw tooLarge(limit)
  if (bytes.byteLength < LEAST_BYTES) {
    throw new Problem('invalid_parameter', '"image" is too short for a photo. Encode the whole file as base64.')
  }
  return { image: bytes, fields }
}
