import type { ProblemCode } from '@/lib/shared/problem'

/** A photo on its way into the thread. */
export interface ToThread {
  image: Uint8Array
  limits: HeicLimits
}

export interface HeicLimits {
  maxPixels: number
  /** WebAssembly memory that one decode may take. */
  maxBytes: number
}

/** What comes back: an uncompressed TIFF of the picture, upright, with its profile; or why there is none. */
export type FromThread =
  | { kind: 'decoded'; tiff: Uint8Array<ArrayBuffer>; heldBytes: number }
  | { kind: 'failed'; code: ProblemCode; detail: string; heldBytes: number }
