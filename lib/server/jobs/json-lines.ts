import { readSync } from 'node:fs'

/** Bytes that are read at a time. */
export const CHUNK_BYTES = 1 << 16
export const NEWLINE = 10

/** Where a line is in its file. */
export interface ByteRange {
  offset: number
  length: number
}

/** A complete line that has no meaning: the file was damaged. */
export class CorruptLineError extends Error {
  override readonly name = 'CorruptLineError'
}

/**
 * The complete lines between two offsets, a chunk at a time.
 *
 * @param descriptor returns the open file; called for each chunk, because the file may be closed in between
 */
export function* readLines(
  descriptor: () => number,
  start: number,
  end: number,
): Generator<{ text: string; range: ByteRange }> {
  let remainder: Buffer = Buffer.alloc(0)
  let lineStart = start
  for (let position = start; position < end; ) {
    const chunk = Buffer.alloc(Math.min(CHUNK_BYTES, end - position))
    const length = readSync(descriptor(), chunk, 0, chunk.length, position)
    if (length === 0) return
    position += length
    remainder = remainder.length > 0 ? Buffer.concat([remainder, chunk.subarray(0, length)]) : chunk.subarray(0, length)
    let from = 0
    for (let newline = remainder.indexOf(NEWLINE); newline >= 0; newline = remainder.indexOf(NEWLINE, from)) {
      const range = { offset: lineStart, length: newline + 1 - from }
      yield { text: remainder.subarray(from, newline).toString('utf8'), range }
      lineStart += range.length
      from = newline + 1
    }
    remainder = remainder.subarray(from)
  }
}

/** @throws CorruptLineError */
export function parseLine(text: string, path: string): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw new CorruptLineError(`${path} has a line that isn’t JSON`, { cause })
  }
}
