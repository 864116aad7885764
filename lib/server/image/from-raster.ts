import sharp, { type Sharp } from 'sharp'
import type { Raster } from './raster'
import { rasterTiff } from './raster-tiff'

/** A picture that was decoded here, for the same way that all others take. */
export function fromRaster({ pixels, ...raster }: Raster): Sharp {
  const { file, data } = rasterTiff(raster, pixels.BYTES_PER_ELEMENT)
  data.set(new Uint8Array(pixels.buffer, pixels.byteOffset, pixels.byteLength))
  // The limit of pixels was kept when they were decoded.
  return sharp(file, { limitInputPixels: false, pages: 1 })
}
