import type { ProblemCode } from '@/lib/shared/problems/problem'

/** A photo sent to the thread. */
export interface ToThread {
  image: Uint8Array
  limits: HeicLimits
  /** Factor by which each side is reduced: blocks of this many pixels become their mean. */
  factor: number
}

export interface HeicLimits {
  maxPixels: number
  /** WebAssembly memory limit for one decode. */
  maxBytes: number
}

/** An image as an uncompressed TIFF, upright, with its profile. */
export interface HeicPicture {
  tiff: Uint8Array<ArrayBuffer>
  /** Size before reduction. */
  width: number
  height: number
}

/** The response: an image or an error. */
export type FromThread =
  | { kind: 'decoded'; picture: HeicPicture; heldBytes: number }
  | { kind: 'failed'; code: ProblemCode; detail: string; heldBytes: number }
