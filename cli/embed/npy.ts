import { fromBase64, littleEndian } from '@/lib/server/embeddings/vector'
import type { ResultRow } from '@/lib/shared/results/columns'

/** The header's length is a multiple of this, so that the data is aligned. */
const ALIGNMENT = 64
/** Magic, version 1.0, and the length of the header. */
const PREFIX_BYTES = 10

/**
 * Writes embeddings as a NumPy file of version 1.0: float32, [rows × dimensions], in C order. Failed photos have no
 * row.
 *
 * @param rows read twice: first to count them
 */
export async function* npyFile(
  rows: () => Iterable<ResultRow>,
  dimensions: number,
  change: (embedding: Float32Array) => Float32Array,
): AsyncGenerator<Uint8Array> {
  let count = 0
  for (const { embedding } of rows()) if (embedding !== undefined) count++
  yield header(count, dimensions)
  for (const { embedding } of rows()) if (embedding !== undefined) yield littleEndian(change(fromBase64(embedding)))
}

function header(rows: number, dimensions: number): Uint8Array {
  const text = `{'descr': '<f4', 'fortran_order': False, 'shape': (${rows}, ${dimensions}), }`
  const length = Math.ceil((PREFIX_BYTES + text.length + 1) / ALIGNMENT) * ALIGNMENT - PREFIX_BYTES
  const size = Uint8Array.of(length % 256, Math.floor(length / 256))
  return Buffer.concat([Buffer.from('\x93NUMPY\x01\x00', 'latin1'), size, Buffer.from(`${text.padEnd(length - 1)}\n`)])
}
