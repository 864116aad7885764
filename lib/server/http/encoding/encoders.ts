import type { Transform } from 'node:stream'
import * as zlib from 'node:zlib'

export type Encoding = 'zstd' | 'br' | 'gzip'

/**
 * `live`: little data at a time over a long period, to many clients at once, so each encoder must use little memory.
 */
export type Use = 'bulk' | 'live'

interface Encoder {
  make: Record<Use, () => Transform>
  /** The flush operation that makes the encoder emit everything it has. */
  flush: number
}

type MakeZstd = (options: { params: Record<number, number> }) => Transform
/** Since Node 22.15; the types used here are older. */
const { createZstdCompress } = zlib as { createZstdCompress?: MakeZstd }
const [ZSTD_LEVEL, ZSTD_WINDOW_LOG, ZSTD_FLUSH] = [100, 101, 1]

const {
  BROTLI_OPERATION_FLUSH,
  BROTLI_PARAM_LGWIN: LGWIN,
  BROTLI_PARAM_MODE: MODE,
  BROTLI_MODE_TEXT: TEXT,
  BROTLI_PARAM_QUALITY: QUALITY,
  Z_SYNC_FLUSH,
} = zlib.constants

/**
 * Quality levels about as fast as gzip. Brotli's default suits files that are compressed once and takes fifty times as
 * long.
 */
const ENCODERS: Partial<Record<Encoding, Encoder>> = {
  ...(createZstdCompress && {
    zstd: {
      make: {
        bulk: () => createZstdCompress({ params: { [ZSTD_LEVEL]: 3, [ZSTD_WINDOW_LOG]: 18 } }),
        live: () => createZstdCompress({ params: { [ZSTD_LEVEL]: 1, [ZSTD_WINDOW_LOG]: 13 } }),
      },
      flush: ZSTD_FLUSH,
    },
  }),
  br: {
    make: {
      bulk: () => zlib.createBrotliCompress({ params: { [QUALITY]: 4, [LGWIN]: 18, [MODE]: TEXT } }),
      live: () => zlib.createBrotliCompress({ params: { [QUALITY]: 1, [LGWIN]: 13, [MODE]: TEXT } }),
    },
    flush: BROTLI_OPERATION_FLUSH,
  },
  gzip: {
    make: {
      bulk: () => zlib.createGzip({ level: 5 }),
      live: () => zlib.createGzip({ level: 5, windowBits: 12, memLevel: 5 }),
    },
    flush: Z_SYNC_FLUSH,
  },
}

const ALL = Object.keys(ENCODERS) as Encoding[]

/** The offered encodings, best first. For `live`, gzip: it uses the least memory while idle. */
export const OFFERED_ENCODINGS: Record<Use, readonly Encoding[]> = { bulk: ALL, live: ALL.toReversed() }

export interface OpenEncoder {
  encoder: Transform
  flush: number
}

/** A new encoder and its flush operation. */
export function createEncoder(encoding: Encoding, use: Use): OpenEncoder {
  const found = ENCODERS[encoding]
  if (found === undefined) throw new Error(`no encoder of ${encoding}`)
  return { encoder: found.make[use](), flush: found.flush }
}
