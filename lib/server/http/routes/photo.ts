import type { Context } from 'hono'
import { photoRequestSchema } from '@/lib/shared/contract/contract'
import { type Format, sniff } from '@/lib/shared/image/sniff'
import { readBody } from '../body'
import { fetchByUrl } from '../fetch-by-url'
import { parseJsonObject } from '../json-body'
import type { MemoryBudget } from '../memory-budget'
import { readOptions } from '../parameters'
import type { AppEnv, Services } from '../services'

/** Media subtypes that differ from the format name. */
const MEDIA_TYPES: Partial<Record<Format, string>> = { pnm: 'x-portable-anymap', ico: 'x-icon' }

/** Size limit of the body in bytes, longer than any URL that browsers accept. */
const MAX_BODY_BYTES = 16_000

/**
 * `POST /api/photo`: fetches the photo at a URL, for pages that display what they classify. A POST with an attachment,
 * so that no page can use it as an image source, and only for data that starts like a photo.
 */
export function photo({ environment }: Services, uploads: MemoryBudget) {
  return async (c: Context<AppEnv>): Promise<Response> => {
    const reservation = uploads.reserve()
    try {
      const json = parseJsonObject(await readBody(c.req.raw, MAX_BODY_BYTES, reservation))
      const { url } = readOptions(photoRequestSchema, {}, json)
      const image = await fetchByUrl(url, environment, reservation, c.req.raw.signal)
      const format = sniff(image)
      c.header('content-type', `image/${MEDIA_TYPES[format] ?? format}`)
      c.header('content-disposition', 'attachment')
      c.header('cache-control', 'no-store')
      return c.body(image as Uint8Array<ArrayBuffer>)
    } finally {
      reservation.release()
    }
  }
}
