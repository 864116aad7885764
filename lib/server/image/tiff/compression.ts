/** TIFF compression methods used here. */
export const COMPRESSION = {
  none: 1,
  lzw: 5,
  jpeg: 7,
  deflate: 8,
  packBits: 32773,
  oldDeflate: 32946,
  lzma: 34925,
  zstd: 50000,
} as const

/** Decompressed by libvips, strip by strip. The fax methods are 2, 3, 4 and 32771; the last one is WebP. */
const BY_LIBVIPS: ReadonlySet<number> = new Set([1, 2, 3, 4, 5, 7, 8, 32771, 32773, 32946, 50001])

/** Decompressed here, because libvips lacks the method or silently leaves a damaged tile black. */
const DECOMPRESSED_HERE: ReadonlySet<number> = new Set([1, 5, 8, 32773, 32946, 34925, 50000])

/** Common names of unsupported methods, as shown by the programs that save them. */
const NAMES: Readonly<Record<number, string>> = {
  6: 'old-style JPEG',
  9: 'JBIG',
  10: 'JBIG',
  32766: 'NeXT',
  32809: 'ThunderScan',
  32895: 'IT8',
  32896: 'IT8',
  32897: 'IT8',
  32898: 'IT8',
  32908: 'PixarFilm',
  32909: 'PixarLog',
  33003: 'JPEG 2000 (Aperio)',
  33004: 'JPEG 2000 (Aperio)',
  33005: 'JPEG 2000 (Aperio)',
  34661: 'JBIG',
  34676: 'SGI LogLuv',
  34677: 'SGI LogLuv',
  34712: 'JPEG 2000',
  34715: 'JBIG2',
  34887: 'LERC',
  34892: 'lossy JPEG of DNG',
  34926: 'Zstandard under an outdated number',
  34927: 'WebP under an outdated number',
  34933: 'PNG',
  34934: 'JPEG XR',
  22610: 'JPEG XR',
  50002: 'JPEG XL',
  52546: 'JPEG XL',
}

/** Whether this compression method is supported. */
export function isSupported(compression: number): boolean {
  return BY_LIBVIPS.has(compression) || DECOMPRESSED_HERE.has(compression)
}

/** Whether libvips decompresses it. */
export function libvipsDecompresses(compression: number): boolean {
  return BY_LIBVIPS.has(compression)
}

/** Whether `unpack.ts` decompresses it. */
export function isDecompressedHere(compression: number): boolean {
  return DECOMPRESSED_HERE.has(compression)
}

/** The name of a compression method, for use in a sentence. */
export function compressionName(compression: number): string {
  return NAMES[compression] ?? `unknown method ${compression}`
}
