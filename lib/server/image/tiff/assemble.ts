import { type Directory, TAG, unsupported } from '@/lib/shared/image/tiff/directory'
import { shorts, tiffOf } from '@/lib/shared/image/tiff/write'
import { toRgb } from './colours'
import { type Layout, PHOTOMETRIC } from './layout'
import { keptSamples, plainEntries } from './rewrite'
import { paste, segmentPositions } from './segment-positions'
import { unpackSegment } from './unpack'

/**
 * Decompresses the image here and returns it as an uncompressed TIFF of the samples that are kept, in the byte order of
 * the file.
 *
 * @throws Problem `truncated_image`, `unsupported_format`
 */
export async function assemble(file: Uint8Array, directory: Directory, layout: Layout): Promise<Uint8Array> {
  const kept = keptSamples(layout)
  const planes = layout.planar ? kept : [0]
  const bitsOf = (pixels: number) => pixels * (layout.planar ? 1 : kept.length) * layout.bits
  requireWholeBytes(layout, kept.length, bitsOf(layout.segmentWidth))
  const convert = toRgb(directory, layout, kept.length)
  const entries = plainEntries(directory, layout)
  if (convert) {
    entries.set(TAG.photometric, shorts([PHOTOMETRIC.rgb], directory.bigEndian))
    entries.delete(TAG.icc)
  }
  const rowBytes = Math.ceil(bitsOf(layout.width) / 8)
  const planeBytes = rowBytes * layout.height
  const { file: plain, data } = tiffOf(
    entries,
    planes.map(() => planeBytes),
    directory.bigEndian,
  )
  for (const { index, left, top, plane } of segmentPositions(layout)) {
    const at = planes.indexOf(plane) * planeBytes
    if (at < 0) continue
    const rows = selectSamples(await unpackSegment(file, layout, index, directory.bigEndian), layout, kept)
    convert?.(rows)
    const picture = data.subarray(at, at + planeBytes)
    paste(rows, Math.ceil(bitsOf(layout.segmentWidth) / 8), picture, rowBytes, { left: bitsOf(left) / 8, top })
  }
  return plain
}

/** Samples can only be moved as whole bytes. */
function requireWholeBytes({ bits, planar, samples, tiled }: Layout, kept: number, rowBits: number): void {
  const moved = (!planar && kept < samples) || (tiled && rowBits % 8 !== 0)
  if (bits < 8 && moved)
    throw unsupported(`has ${bits} bits per channel with ${samples} bands or with tiles that do not end on a byte`)
}

/**
 * Selects the kept samples from interleaved samples of one or two bytes; returns the rows themselves if all are kept.
 */
function selectSamples(rows: Uint8Array, { samples, bits, planar }: Layout, kept: readonly number[]): Uint8Array {
  if (planar || kept.length === samples) return rows
  const size = bits / 8
  const pixels = rows.length / (samples * size)
  const out = new Uint8Array(pixels * kept.length * size)
  let to = 0
  for (let pixel = 0; pixel < pixels; pixel++) {
    for (const sample of kept) {
      const from = (pixel * samples + sample) * size
      out[to++] = rows[from] as number
      if (size === 2) out[to++] = rows[from + 1] as number
    }
  }
  return out
}
