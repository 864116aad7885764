/** Size limit of labels files: ImageNet's whole training list with absolute paths has 120 MB. */
export const MAX_LABELS_BYTES = 200_000_000

export type Encoding = 'utf-8' | 'utf-16le' | 'utf-16be' | 'windows-1252'

/** Why a file can't be read as a labels file. */
export type LabelsErrorReason =
  | 'too_large'
  | 'workbook'
  | 'binary'
  | 'empty'
  | 'not_json'
  | 'not_xml'
  | 'no_records'
  | 'no_columns'

/** Thrown for a file that contains no usable labels; `reason` is for programs, the message for people. */
export class LabelsError extends Error {
  constructor(
    readonly reason: LabelsErrorReason,
    message: string,
  ) {
    super(message)
  }
}

/**
 * Decodes the text of a file: UTF-8, UTF-16 (Excel's "Unicode text") with or without a byte order mark, or else
 * Windows-1252.
 *
 * @throws LabelsError if it is too large or not text
 */
export function decodeLabels(bytes: Uint8Array): { text: string; encoding: Encoding } {
  if (bytes.length > MAX_LABELS_BYTES) {
    throw new LabelsError(
      'too_large',
      `The file is larger than ${MAX_LABELS_BYTES / 1e6} MB. Split it, or keep only the two columns.`,
    )
  }
  const starts = (...start: readonly number[]) => start.every((byte, at) => bytes[at] === byte)
  if (starts(0x50, 0x4b, 3, 4) || starts(0xd0, 0xcf, 0x11, 0xe0)) {
    throw new LabelsError('workbook', 'The file is a workbook or an archive, not text. In Excel, save it as CSV.')
  }
  const encoding = starts(0xff, 0xfe) ? 'utf-16le' : starts(0xfe, 0xff) ? 'utf-16be' : detectUtf16(bytes)
  if (encoding) return { text: new TextDecoder(encoding).decode(bytes), encoding }
  try {
    return { text: new TextDecoder('utf-8', { fatal: true }).decode(bytes), encoding: 'utf-8' }
  } catch {
    return { text: new TextDecoder('windows-1252').decode(bytes), encoding: 'windows-1252' }
  }
}

/**
 * UTF-16 without a byte order mark has zero bytes, from Latin letters, delimiters and line ends, at every other
 * position.
 */
function detectUtf16(bytes: Uint8Array): Encoding | null {
  const zeros = [0, 0]
  for (const [at, byte] of bytes.subarray(0, 4096).entries()) {
    if (byte === 0) zeros[at % 2] = (zeros[at % 2] ?? 0) + 1
  }
  const [even = 0, odd = 0] = zeros
  if (even + odd === 0) return null
  if (odd > 10 * even) return 'utf-16le'
  if (even > 10 * odd) return 'utf-16be'
  throw new LabelsError('binary', 'The file is not text.')
}
