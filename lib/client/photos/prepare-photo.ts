/** The file to upload for a photo, and how it differs from the original. */
export interface Prepared {
  file: Blob
  /** SHA-256 of the original in hexadecimal; null if the browser has no Web Crypto digests, as on plain HTTP. */
  sha256: string | null
  /** Whether this browser converted it from HEIC to JPEG. */
  converted: boolean
  /** Whether it is HEIC that this browser couldn't convert. The server may be able to read it. */
  leftToServer: boolean
  /** The size in pixels after resizing, and that as a share of the original; null if it wasn't resized. */
  reduced: { width: number; height: number; scale: number } | null
}

export interface PrepareOptions {
  /** The server's limit. */
  maxBytes: number
  /** Whether the visitor allows large photos to be resized. */
  reduce: boolean
}

/** Photos over this size are resized: over a mobile connection, each upload would take seconds. */
export const LARGE_BYTES = 4_000_000
/** Longest side after resizing: still several times the input size of any model. */
const LONGEST_SIDE = 2048
const JPEG_QUALITY = 0.92
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
  const jpeg = heic ? await fromHeic(original) : null
  const file = jpeg ?? original
  const unresized = { file, converted: jpeg !== null, leftToServer: heic && jpeg === null, reduced: null }
  if (!reduce || file.size <= Math.min(LARGE_BYTES, maxBytes)) return unresized
  const resized = await resize(file).catch(() => null)
  if (!resized || resized.file.size >= file.size) return unresized
  return { ...unresized, file: resized.file, reduced: resized.size }
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

/**
 * Converts natively if the browser can (Safari), otherwise with libheif, which is loaded on demand; null if neither
 * can.
 */
async function fromHeic(file: Blob): Promise<Blob | null> {
  try {
    return await encode(await createImageBitmap(file), 1, 'image/jpeg')
  } catch {
    // This browser can't decode HEIC.
  }
  try {
    const { heicTo } = await import('heic-to/csp')
    return await heicTo({ blob: file, type: 'image/jpeg', quality: JPEG_QUALITY })
  } catch {
    return null
  }
}

async function resize(file: Blob): Promise<{ file: Blob; size: NonNullable<Prepared['reduced']> }> {
  const bitmap = await createImageBitmap(file)
  const scale = Math.min(1, LONGEST_SIDE / Math.max(bitmap.width, bitmap.height))
  const size = { width: Math.round(bitmap.width * scale), height: Math.round(bitmap.height * scale), scale }
  // Other formats may be transparent, which JPEG doesn't support.
  const type = file.type === 'image/jpeg' ? 'image/jpeg' : 'image/webp'
  return { file: await encode(bitmap, scale, type), size }
}

async function encode(bitmap: ImageBitmap, scale: number, type: string): Promise<Blob> {
  const canvas = document.createElement('canvas')
  canvas.width = Math.round(bitmap.width * scale)
  canvas.height = Math.round(bitmap.height * scale)
  const context = canvas.getContext('2d')
  if (context) context.imageSmoothingQuality = 'high'
  context?.drawImage(bitmap, 0, 0, canvas.width, canvas.height)
  bitmap.close()
  return new Promise((resolve, reject) =>
    canvas.toBlob(
      (blob) => (blob ? resolve(blob) : reject(new Error('the canvas could not be encoded'))),
      type,
      JPEG_QUALITY,
    ),
  )
}
