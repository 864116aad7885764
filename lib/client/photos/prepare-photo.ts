/** What goes to the server for a photo, and what was done to it here. */
export interface Prepared {
  file: Blob
  /** Of the original, in hexadecimal; null where the browser has no digests, as on plain http. */
  sha256: string | null
  /** Whether this browser turned HEIC into JPEG. */
  converted: boolean
  /** Whether it is HEIC that this browser could not convert: the server may read it. */
  leftToServer: boolean
  /** The size in pixels that it was brought to; null where it was sent as large as it is. */
  reduced: { width: number; height: number } | null
}

export interface PrepareOptions {
  /** The server takes no more than this many bytes. */
  maxBytes: number
  /** Whether the visitor lets large photos be made smaller. */
  reduce: boolean
}

/** Photos of more bytes than this are made smaller: on a phone's uplink each of them would take seconds. */
export const LARGE_BYTES = 4_000_000
/** Longest side afterwards: still several times what any model looks at. */
const LONGEST_SIDE = 2048
const JPEG_QUALITY = 0.92
const LETTERS_OF_A_HEADER = 64

/**
 * Makes a photo ready for the upload: HEIC becomes JPEG, which a browser can show and is quicker to read, and a large photo
 * smaller. What this browser cannot read is left to the server, which says what is wrong with it.
 */
export async function preparePhoto(original: Blob, options: PrepareOptions): Promise<Prepared> {
  const [made, sha256] = await Promise.all([makeReady(original, options), digest(original)])
  return { ...made, sha256 }
}

async function makeReady(original: Blob, { maxBytes, reduce }: PrepareOptions): Promise<Omit<Prepared, 'sha256'>> {
  const heic = await isHeic(original)
  const jpeg = heic ? await fromHeic(original) : null
  const file = jpeg ?? original
  const made = { file, converted: jpeg !== null, leftToServer: heic && jpeg === null, reduced: null }
  if (!reduce || file.size <= Math.min(LARGE_BYTES, maxBytes)) return made
  const smaller = await makeSmaller(file).catch(() => null)
  if (!smaller || smaller.file.size >= file.size) return made
  return { ...made, file: smaller.file, reduced: smaller.size }
}

async function digest(file: Blob): Promise<string | null> {
  if (!globalThis.crypto?.subtle) return null
  const bytes = new Uint8Array(await crypto.subtle.digest('SHA-256', await file.arrayBuffer()))
  return [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('')
}

/** By its first box: `ftyp` and a brand of HEIC. AVIF has the same box and other brands. */
async function isHeic(file: Blob): Promise<boolean> {
  const head = new Uint8Array(await file.slice(0, LETTERS_OF_A_HEADER).arrayBuffer())
  const text = String.fromCharCode(...head)
  if (text.slice(4, 8) !== 'ftyp') return false
  const brand = text.slice(8, 12)
  return /^(hei[cxms]|hev[cxms])$/.test(brand) || (/^m[is]f1$/.test(brand) && !text.includes('avif'))
}

/** By the browser itself where it can (Safari), else by libheif, whose code comes only now; null where neither can. */
async function fromHeic(file: Blob): Promise<Blob | null> {
  try {
    return await draw(await createImageBitmap(file), 1, 'image/jpeg')
  } catch {
    // Not this browser.
  }
  try {
    const { heicTo } = await import('heic-to/csp')
    return await heicTo({ blob: file, type: 'image/jpeg', quality: JPEG_QUALITY })
  } catch {
    return null
  }
}

async function makeSmaller(file: Blob): Promise<{ file: Blob; size: { width: number; height: number } }> {
  const bitmap = await createImageBitmap(file)
  const scale = Math.min(1, LONGEST_SIDE / Math.max(bitmap.width, bitmap.height))
  const size = { width: Math.round(bitmap.width * scale), height: Math.round(bitmap.height * scale) }
  // Others than JPEG may be see-through, which JPEG cannot say.
  const type = file.type === 'image/jpeg' ? 'image/jpeg' : 'image/webp'
  return { file: await draw(bitmap, scale, type), size }
}

async function draw(bitmap: ImageBitmap, scale: number, type: string): Promise<Blob> {
  const canvas = document.createElement('canvas')
  canvas.width = Math.round(bitmap.width * scale)
  canvas.height = Math.round(bitmap.height * scale)
  const context = canvas.getContext('2d')
  if (context) context.imageSmoothingQuality = 'high'
  context?.drawImage(bitmap, 0, 0, canvas.width, canvas.height)
  bitmap.close()
  return new Promise((resolve, reject) =>
    canvas.toBlob(
      (blob) => (blob ? resolve(blob) : reject(new Error('the canvas gave no picture'))),
      type,
      JPEG_QUALITY,
    ),
  )
}
