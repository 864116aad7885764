import type { ProblemCode } from '@/lib/shared/problems/problem'

/** A photo on its way into the thread. */
export interface ToThread {
  image: Uint8Array
  limits: HeicLimits
  /** By how much each side becomes smaller on the way out: blocks of so many pixels become their mean. */
  factor: number
}

export interface HeicLimits {
  maxPixels: number
  /** WebAssembly memory that one decode may take. */
  maxBytes: number
}

/** A picture as an uncompressed TIFF, upright, with its profile. */
export interface HeicPicture {
  tiff: Uint8Array<ArrayBuffer>
  /** Its size before it was made smaller. */
  width: number
  height: number
}

/** What comes back: a picture, or why there is none. */
export type FromThread =
  | { kind: 'decoded'; picture: HeicPicture; heldBytes: number }
  | { kind: 'failed'; code: ProblemCode; detail: string; heldBytes: number }
