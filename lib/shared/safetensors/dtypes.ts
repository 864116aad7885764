/** Bytes per value of each element type of the format. */
export const BYTES_PER_VALUE = {
  BOOL: 1,
  U8: 1,
  I8: 1,
  F8_E4M3: 1,
  F8_E5M2: 1,
  U16: 2,
  I16: 2,
  F16: 2,
  BF16: 2,
  U32: 4,
  I32: 4,
  F32: 4,
  U64: 8,
  I64: 8,
  F64: 8,
} as const

export type Dtype = keyof typeof BYTES_PER_VALUE

export function isDtype(value: unknown): value is Dtype {
  return typeof value === 'string' && Object.hasOwn(BYTES_PER_VALUE, value)
}

/** The header's entry for text about the file. */
export const METADATA = '__metadata__'
/** A header of this size describes ten thousand tensors. The reference implementation allows 100 MB. */
export const MAX_HEADER_BYTES = 1_000_000
/** The size of the header's length at the start of the file. */
export const LENGTH_BYTES = 8
