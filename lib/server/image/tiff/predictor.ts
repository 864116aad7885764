import { damaged, unsupported } from '@/lib/shared/image/tiff/directory'
import { type Layout, segmentRowBytes } from './layout'

const [NONE, HORIZONTAL, FLOATING] = [1, 2, 3]

/**
 * Reverses the predictor in place: each value is stored as the difference to its left neighbor in the same channel.
 *
 * @throws Problem `unsupported_format` for the floating-point predictor
 */
export function undoPredictor(rows: Uint8Array, layout: Layout, bigEndian: boolean): void {
  if (layout.predictor === NONE) return
  if (layout.predictor === FLOATING) throw unsupported('uses the floating-point predictor')
  if (layout.predictor !== HORIZONTAL || layout.bits < 8) throw damaged('uses an unknown predictor')
  const step = layout.planar ? 1 : layout.samples
  const rowBytes = segmentRowBytes(layout)
  for (let at = 0; at < rows.length; at += rowBytes) {
    const row = rows.subarray(at, at + rowBytes)
    if (layout.bits === 8) addBytes(row, step)
    else addWords(row, step, bigEndian)
  }
}

function addBytes(row: Uint8Array, step: number): void {
  for (let i = step; i < row.length; i++) row[i] = (row[i] as number) + (row[i - step] as number)
}

function addWords(row: Uint8Array, step: number, bigEndian: boolean): void {
  const view = new DataView(row.buffer, row.byteOffset, row.byteLength)
  const littleEndian = !bigEndian
  for (let i = 2 * step; i < row.length; i += 2) {
    view.setUint16(i, view.getUint16(i, littleEndian) + view.getUint16(i - 2 * step, littleEndian), littleEndian)
  }
}
