import type { Context } from 'hono'
import { z } from 'zod'
import { photoRequestSchema } from '@/lib/shared/contract'
import { Problem } from '@/lib/shared/problem'
import { type Format, sniff } from '../../image/sniff'
import { readBody } from '../body'
import type { ByteBudget } from '../byte-budget'
import { fetchByUrl } from '../fetch-by-url'
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
      const { url } = parse(await readBody(c.req.raw, MAX_BODY_BYTES, lease))
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

function parse(body: Uint8Array): z.output<typeof photoRequestSchema> {
  try {
    return photoRequestSchema.parse(JSON.parse(new TextDecoder().decode(body)))
  } catch (error) {
    if (error instanceof z.ZodError)
      throw new Problem('invalid_parameter', 'Send {"url": "https://…"}.', { cause: error })
    throw new Problem('invalid_json', 'The body is not valid JSON.', { cause: error })
  }
}
