import type { ReducedSize } from './reencode-photo'

/** The file to upload for a photo, and how it differs from the original. */
export interface Prepared {
  file: Blob
  /** SHA-256 of the original in hexadecimal; null if the browser has no Web Crypto digests, as on plain HTTP. */
  sha256: string | null
  /** Whether this browser converted it from HEIC to JPEG. */
  converted: boolean
  /** Whether it is HEIC that this browser couldn't convert. The server may be able to read it. */
  leftToServer: boolean
  /** Null if it wasn't resized. */
  reduced: ReducedSize | null
}

export interface PrepareOptions {
  /** The server's limit. */
  maxBytes: number
  /** Whether the visitor allows large photos to be resized. */
  reduce: boolean
}

/** Photos over this size are resized: over a mobile connection, each upload would take seconds. */
export const LARGE_BYTES = 4_000_000
const HEADER_BYTES = 64

/**
 * Prepares a photo for the upload: converts HEIC to JPEG, which browsers can display and which decodes faster, and
 * resizes large photos. Files that this browser can't read are sent unchanged, and the server reports what is wrong
 * with them.
 */
export async function preparePhoto(original: Blob, options: PrepareOptions): Promise<Prepared> {
  const [converted, sha256] = await Promise.all([convert(original, options), digest(original)])
  return { ...converted, sha256 }
}

async function convert(original: Blob, { maxBytes, reduce }: PrepareOptions): Promise<Omit<Prepared, 'sha256'>> {
  const heic = await isHeic(original)
  const jpeg = heic ? await reencode((code) => code.fromHeic(original)) : null
  const file = jpeg ?? original
  const unresized = { file, converted: jpeg !== null, leftToServer: heic && jpeg === null, reduced: null }
  if (!reduce || file.size <= Math.min(LARGE_BYTES, maxBytes)) return unresized
  const resized = await reencode((code) => code.resize(file))
  if (!resized || resized.file.size >= file.size) return unresized
  return { ...unresized, file: resized.file, reduced: resized.size }
}

/** Null if the browser can't, or if the code for it, which most photos don't need, can't be loaded. */
async function reencode<T>(work: (code: typeof import('./reencode-photo')) => Promise<T>): Promise<T | null> {
  try {
    return await work(await import('./reencode-photo'))
  } catch {
    return null
  }
}

async function digest(file: Blob): Promise<string | null> {
  if (!globalThis.crypto?.subtle) return null
  const bytes = new Uint8Array(await crypto.subtle.digest('SHA-256', await file.arrayBuffer()))
  return [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('')
}

/** Checks the first box: `ftyp` with a HEIC brand. AVIF has the same box with other brands. */
async function isHeic(file: Blob): Promise<boolean> {
  const head = new Uint8Array(await file.slice(0, HEADER_BYTES).arrayBuffer())
  const text = String.fromCharCode(...head)
  if (text.slice(4, 8) !== 'ftyp') return false
  const brand = text.slice(8, 12)
  return /^(hei[cxms]|hev[cxms])$/.test(brand) || (/^m[is]f1$/.test(brand) && !text.includes('avif'))
}
