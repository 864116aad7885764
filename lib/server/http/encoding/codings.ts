import type { Transform } from 'node:stream'
import * as zlib from 'node:zlib'

/** Content codings of RFC 9110, RFC 7932 and RFC 8878 that bodies are read in. */
export type Coding = 'gzip' | 'deflate' | 'br' | 'zstd'

/** Bytes that a decoder gives at once. */
const PIECE = 1 << 16
/** Memory of a zstd decoder is what the sender's window says: 8 MB, which RFC 9659 has every decoder take, and no more. */
const MOST_WINDOW_LOG = 23
const ZSTD_D_WINDOW_LOG_MAX = 100

type MakeZstd = (options: { chunkSize: number; params: Record<number, number> }) => Transform

/** Node has it from 22.15 on; the types that we build with are older. */
const { createZstdDecompress } = zlib as { createZstdDecompress?: MakeZstd }

const DECODERS: Partial<Record<Coding, (first: Uint8Array) => Transform>> = {
  gzip: () => zlib.createGunzip({ chunkSize: PIECE }),
  deflate: (first) =>
    isZlib(first) ? zlib.createInflate({ chunkSize: PIECE }) : zlib.createInflateRaw({ chunkSize: PIECE }),
  br: () => zlib.createBrotliDecompress({ chunkSize: PIECE }),
  ...(createZstdDecompress && {
    zstd: () => createZstdDecompress({ chunkSize: PIECE, params: { [ZSTD_D_WINDOW_LOG_MAX]: MOST_WINDOW_LOG } }),
  }),
}

/** What this server decodes, as `Accept-Encoding` has it. */
export const DECODED = Object.keys(DECODERS).join(', ')

/**
 * Which coding a `Content-Encoding` names: null for none, undefined for one that is not decoded here. Several, one over the other, are not: nobody sends that but
 * to have a small body cost much.
 */
export function codingOf(header: string | undefined): Coding | null | undefined {
  const names = (header ?? '').toLowerCase().split(',')
  const [name, another] = names.map((each) => each.trim()).filter((each) => each !== '' && each !== 'identity')
  if (name === undefined) return null
  // As old clients call it; RFC 9110 has it mean the same.
  const coding = (name === 'x-gzip' ? 'gzip' : name) as Coding
  return another === undefined && Object.hasOwn(DECODERS, coding) ? coding : undefined
}

/** @param first the first bytes of the body, which tell whether a `deflate` is what it should be or, as often, lacks its head */
export function decoderOf(coding: Coding, first: Uint8Array): Transform {
  const make = DECODERS[coding]
  if (make === undefined) throw new Error(`no decoder of ${coding}`)
  return make(first)
}

/** RFC 1950, section 2.2: the method, and a checksum of two bytes. */
function isZlib([method = 0, flags = 0]: Uint8Array): boolean {
  return (method & 15) === 8 && ((method << 8) | flags) % 31 === 0
}
