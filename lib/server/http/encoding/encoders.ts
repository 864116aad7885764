import type { Transform } from 'node:stream'
import * as zlib from 'node:zlib'

export type Encoding = 'zstd' | 'br' | 'gzip'

/** `live`: little at a time for a long while, to many at once, so that each may hold only little memory. */
export type Use = 'bulk' | 'live'

interface Encoder {
  make: Record<Use, () => Transform>
  /** What makes the encoder give all that it has. */
  flush: number
}

type MakeZstd = (options: { params: Record<number, number> }) => Transform
/** Node has it from 22.15 on; the types that we build with are older. */
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

/** Qualities that take about as long as gzip: brotli's own default is for files that are packed once, and takes fifty times that. */
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

/** What is offered, the best first: gzip holds the least while it waits. */
export const OFFERED: Record<Use, readonly Encoding[]> = { bulk: ALL, live: ALL.toReversed() }

export interface OpenEncoder {
  encoder: Transform
  flush: number
}

/** A new encoder, and what makes it give all that it has. */
export function encoderOf(encoding: Encoding, use: Use): OpenEncoder {
  const found = ENCODERS[encoding]
  if (found === undefined) throw new Error(`no encoder of ${encoding}`)
  return { encoder: found.make[use](), flush: found.flush }
}
