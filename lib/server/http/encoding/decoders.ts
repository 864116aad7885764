import type { Transform } from 'node:stream'
import * as zlib from 'node:zlib'

/** Content codings that the server decodes (RFC 9110, RFC 7932, RFC 8878). */
export type Coding = 'gzip' | 'deflate' | 'br' | 'zstd'

/** Chunk size of decoders, in bytes. */
const CHUNK_BYTES = 1 << 16
/**
 * The sender chooses the window, and with it the memory, of a zstd decoder. 8 MB, which RFC 9659 requires every
 * decoder to support, is the limit.
 */
const MAX_WINDOW_LOG = 23
const ZSTD_D_WINDOW_LOG_MAX = 100

type MakeZstd = (options: { chunkSize: number; params: Record<number, number> }) => Transform

/** Since Node 22.15; the types used here are older. */
const { createZstdDecompress } = zlib as { createZstdDecompress?: MakeZstd }

const DECODERS: Partial<Record<Coding, (first: Uint8Array) => Transform>> = {
  gzip: () => zlib.createGunzip({ chunkSize: CHUNK_BYTES }),
  deflate: (first) =>
    isZlib(first) ? zlib.createInflate({ chunkSize: CHUNK_BYTES }) : zlib.createInflateRaw({ chunkSize: CHUNK_BYTES }),
  br: () => zlib.createBrotliDecompress({ chunkSize: CHUNK_BYTES }),
  ...(createZstdDecompress && {
    zstd: () => createZstdDecompress({ chunkSize: CHUNK_BYTES, params: { [ZSTD_D_WINDOW_LOG_MAX]: MAX_WINDOW_LOG } }),
  }),
}

/** The supported codings, as a value for `Accept-Encoding`. */
export const SUPPORTED_CODINGS = Object.keys(DECODERS).join(', ')

/**
 * The coding that a `Content-Encoding` header names: null for none, undefined for an unsupported one. Several codings
 * on top of each other are not supported: they serve only to make a small body expensive.
 */
export function parseContentEncoding(header: string | undefined): Coding | null | undefined {
  const names = (header ?? '').toLowerCase().split(',')
  const [name, another] = names.map((each) => each.trim()).filter((each) => each !== '' && each !== 'identity')
  if (name === undefined) return null
  // Old clients use this name; RFC 9110 defines it as an alias.
  const coding = (name === 'x-gzip' ? 'gzip' : name) as Coding
  return another === undefined && Object.hasOwn(DECODERS, coding) ? coding : undefined
}

/**
 * @param first the first bytes of the body, which show whether a `deflate` has its zlib header, which is often missing
 */
export function createDecoder(coding: Coding, first: Uint8Array): Transform {
  const make = DECODERS[coding]
  if (make === undefined) throw new Error(`no decoder of ${coding}`)
  return make(first)
}

/** RFC 1950, section 2.2: the method and a two-byte checksum. */
function isZlib([method = 0, flags = 0]: Uint8Array): boolean {
  return (method & 15) === 8 && ((method << 8) | flags) % 31 === 0
}
