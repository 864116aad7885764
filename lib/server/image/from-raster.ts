import sharp, { type Sharp } from 'sharp'
import type { Raster } from '@/lib/shared/image/raster'
import { rasterTiff } from '@/lib/shared/image/raster-tiff'

/** Hands an image that was decoded here to sharp, for the same processing as all others. */
export function fromRaster({ pixels, ...raster }: Raster): Sharp {
  const { file, data } = rasterTiff(raster, pixels.BYTES_PER_ELEMENT)
  data.set(new Uint8Array(pixels.buffer, pixels.byteOffset, pixels.byteLength))
  // The pixel limit was checked when it was decoded.
  return sharp(file, { limitInputPixels: false, pages: 1 })
}
