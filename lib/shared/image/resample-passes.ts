import { RESAMPLE_WASM } from './resample-wasm'
import type { Taps } from './taps'

/**
 * The two passes of the resampler in WebAssembly, and their memory. The source is processed in strips, so that the
 * memory stays small: it never shrinks.
 */

interface Passes {
  memory: WebAssembly.Memory
  horizontal(...numbers: number[]): void
  vertical(...numbers: number[]): void
}

const passes = new WebAssembly.Instance(
  new WebAssembly.Module(Uint8Array.from(atob(RESAMPLE_WASM), (character) => character.charCodeAt(0))),
).exports as unknown as Passes

const CHANNELS = 3
const PAGE = 65_536
/** The start of the memory is reserved for the compiler. */
const FIRST_FREE = 1024
/** Vector instructions read and write up to 15 bytes past the end. */
const SLACK = 64
const STRIP_BYTES = 4_000_000
/** The unit of the high part of a coefficient. */
const HIGH = 4096
/** Numbers of a pair of taps, and their bytes. */
const PAIR = 4
const PAIR_BYTES = 8

/** Allocates addresses in the memory, starting over for each photo. */
class Arena {
  private next = FIRST_FREE

  take(bytes: number): number {
    const at = this.next
    this.next += Math.ceil((bytes + SLACK) / SLACK) * SLACK
    const missing = this.next - passes.memory.buffer.byteLength
    if (missing > 0) passes.memory.grow(Math.ceil(missing / PAGE))
    return at
  }

  /** Copies taps into the memory, and returns the arguments that the passes expect. */
  taps({ first, count, coefficients, stride }: Taps): [first: number, count: number, pairs: number, stride: number] {
    const pairs = inPairs(coefficients, stride)
    const addresses = [first, count, pairs].map((numbers) => {
      const at = this.take(numbers.byteLength)
      new Uint8Array(passes.memory.buffer).set(new Uint8Array(numbers.buffer), at)
      return at
    }) as [number, number, number]
    return [...addresses, Math.ceil(stride / 2)]
  }
}

/**
 * The coefficients of each output in pairs, each in two parts of 16 bits: `4096 * high + low`. A pair is low, low, high,
 * high. Coefficients beyond an output's count are 0.
 */
function inPairs(coefficients: Int32Array, stride: number): Int16Array {
  const outputs = coefficients.length / stride
  const pairs = Math.ceil(stride / 2)
  const parts = new Int16Array(outputs * pairs * PAIR)
  for (let output = 0; output < outputs; output++)
    for (let tap = 0; tap < stride; tap++) {
      const coefficient = coefficients[output * stride + tap] as number
      const low = ((coefficient + HIGH / 2) & (HIGH - 1)) - HIGH / 2
      const at = (output * pairs + (tap >> 1)) * PAIR + (tap & 1)
      parts[at] = low
      parts[at + 2] = (coefficient - low) / HIGH
    }
  return parts
}

function copyIn(bytes: Uint8Array, at: number): void {
  new Uint8Array(passes.memory.buffer).set(bytes, at)
}

function copyOut(at: number, out: Uint8Array): Uint8Array {
  out.set(new Uint8Array(passes.memory.buffer, at, out.byteLength))
  return out
}

/** RGB uint8 in and out. */
interface Job {
  source: Uint8Array
  width: number
  columns: Taps
  rows: Taps
  /** Receives the result [rows × columns × 3]. */
  out: Uint8Array
}

/** Resamples columns first, then rows. */
export function columnsThenRows({ source, width, columns, rows, out }: Job): Uint8Array {
  const [wide, tall] = [columns.first.length, rows.first.length]
  const [top, bottom] = [start(rows, 0), end(rows, tall - 1)]
  const arena = new Arena()
  const [across, down] = [arena.taps(columns), arena.taps(rows)]
  const rowBytes = width * CHANNELS
  const strip = Math.max(1, Math.min(bottom - top, Math.floor(STRIP_BYTES / rowBytes)))
  const input = arena.take(strip * rowBytes)
  const intermediate = arena.take((bottom - top) * wide * CHANNELS)
  const output = arena.take(tall * wide * CHANNELS)
  for (let y = top; y < bottom; y += strip) {
    const count = Math.min(strip, bottom - y)
    copyIn(source.subarray(y * rowBytes, (y + count) * rowBytes), input)
    passes.horizontal(input, width, 0, count, intermediate + (y - top) * wide * CHANNELS, wide, ...across)
  }
  passes.vertical(intermediate, wide * CHANNELS, top, output, tall, ...down)
  return copyOut(output, out)
}

/** Resamples rows first, then columns. */
export function rowsThenColumns({ source, width, columns, rows, out }: Job): Uint8Array {
  const [wide, tall] = [columns.first.length, rows.first.length]
  const arena = new Arena()
  const [across, [first, count, pairs, stride]] = [arena.taps(columns), arena.taps(rows)]
  const rowBytes = width * CHANNELS
  const intermediate = arena.take(tall * rowBytes)
  const output = arena.take(tall * wide * CHANNELS)
  const largest = Math.max(...rows.count) * rowBytes
  const input = arena.take(Math.min(source.byteLength, Math.max(STRIP_BYTES, largest)))
  for (let y = 0; y < tall; ) {
    let next = y + 1
    while (next < tall && (end(rows, next) - start(rows, y)) * rowBytes <= STRIP_BYTES) next++
    const band = source.subarray(start(rows, y) * rowBytes, end(rows, next - 1) * rowBytes)
    copyIn(band, input)
    const skip = [first + 4 * y, count + 4 * y, pairs + PAIR_BYTES * y * stride, stride]
    passes.vertical(input, rowBytes, start(rows, y), intermediate + y * rowBytes, next - y, ...skip)
    y = next
  }
  passes.horizontal(intermediate, width, 0, tall, output, wide, ...across)
  return copyOut(output, out)
}

/** The first input that an output reads, and the one after the last. */
function start({ first }: Taps, output: number): number {
  return first[output] as number
}

function end({ first, count }: Taps, output: number): number {
  return (first[output] as number) + (count[output] as number)
}
