import type { Context } from 'hono'
import { photoRequestSchema } from '@/lib/shared/contract/contract'
import { type Format, sniff } from '../../image/sniff'
import { readBody } from '../body'
import type { ByteBudget } from '../byte-budget'
import { fetchByUrl } from '../fetch-by-url'
import { objectIn } from '../json-body'
import { readOptions } from '../parameters'
import type { AppEnv, Services } from '../services'

/** Types of media that are not called like the format. */
const MEDIA_TYPES: Partial<Record<Format, string>> = { pnm: 'x-portable-anymap', ico: 'x-icon' }

/** An address is short; this is more than browsers take. */
const MAX_BODY_BYTES = 16_000

/**
 * `POST /api/photo`: the photo at an address, for pages that must show what they classify. By POST and as an attachment, so that no
 * page can use it as the source of a picture; and only what starts as a photo.
 */
export function photo({ environment }: Services, uploads: ByteBudget) {
  return async (c: Context<AppEnv>): Promise<Response> => {
    const lease = uploads.lease()
    try {
      const json = objectIn(await readBody(c.req.raw, MAX_BODY_BYTES, lease))
      const { url } = readOptions(photoRequestSchema, {}, json)
      const image = await fetchByUrl(url, environment, lease, c.req.raw.signal)
      const format = sniff(image)
      c.header('content-type', `image/${MEDIA_TYPES[format] ?? format}`)
      c.header('content-disposition', 'attachment')
      c.header('cache-control', 'no-store')
      return c.body(image as Uint8Array<ArrayBuffer>)
    } finally {
      lease.release()
    }
  }
}
