import sharp, { type Sharp } from 'sharp'
import { type Directory, readDirectory } from '@/lib/shared/image/tiff/directory'
import { withDirectory } from '@/lib/shared/image/tiff/write'
import { fromRaster } from '../from-raster'
import { assemble } from './assemble'
import { rejectCameraRaw } from './camera-raw'
import { isSubsampled } from './colours'
import { COMPRESSION, isDecompressedHere, libvipsDecompresses } from './compression'
import { decodeSegments } from './decode-segments'
import { type Layout, PHOTOMETRIC, readLayout } from './layout'
import { keptSamples, packedEntries, segmentEntries } from './rewrite'

/**
 * Opens the first image of a TIFF. The directory is parsed here before any decoder sees it, because libvips decodes
 * what it does not support as black and hides libtiff's warnings. What libvips reads correctly is passed on with a
 * minimal directory; the rest is decompressed here, or rejected with a reason.
 *
 * @throws Problem `too_many_pixels`, `truncated_image`, `unsupported_format`
 */
export async function openTiff(image: Uint8Array, maxPixels: number): Promise<Sharp> {
  const directory = readDirectory(image)
  rejectCameraRaw(image, directory)
  const layout = readLayout(directory, image.byteLength, maxPixels)
  if (!needsOwnDecoding(directory, layout))
    return openWithSharp(withMinimalDirectory(image, directory, layout), maxPixels)
  if (isDecompressedHere(layout.compression)) return openWithSharp(await assemble(image, directory, layout), maxPixels)
  return fromRaster(await decodeSegments(image, directory, layout))
}

function openWithSharp(tiff: Uint8Array, maxPixels: number): Sharp {
  return sharp(tiff, { failOn: 'warning', limitInputPixels: maxPixels, pages: 1 })
}

function withMinimalDirectory(image: Uint8Array, directory: Directory, layout: Layout): Uint8Array {
  const { bigEndian } = directory
  const entries = new Map([...packedEntries(directory, layout), ...segmentEntries(layout, bigEndian)])
  return withDirectory(image, entries, bigEndian)
}

/**
 * Whether libvips would misread it: tiles, bands other than colors and alpha, and compression methods or colors that
 * it does not support.
 */
function needsOwnDecoding(directory: Directory, layout: Layout): boolean {
  const { tiled, samples, compression, photometric } = layout
  const isLab = photometric === PHOTOMETRIC.lab || photometric === PHOTOMETRIC.iccLab
  const isPlainYcc = photometric === PHOTOMETRIC.ycc && compression !== COMPRESSION.jpeg && !isSubsampled(directory)
  return tiled || !libvipsDecompresses(compression) || keptSamples(layout).length < samples || isLab || isPlainYcc
}
