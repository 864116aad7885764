import { damaged } from './header'

const [END_OF_LINE, END_OF_BITMAP, DELTA] = [0, 1, 2]

/**
 * Unpacks RLE8 or RLE4: the number of each pixel's colour, a byte a pixel, the lowest row first. Pixels that the data skips have
 * the first colour.
 *
 * @throws Problem `truncated_image` where the data ends before the picture does
 */
export function unpackRle(packed: Uint8Array, width: number, height: number, bits: 4 | 8): Uint8Array {
  const out = new Uint8Array(width * height)
  let [at, x, y] = [0, 0, 0]
  const put = (colour: number) => {
    if (x < width && y < height) out[y * width + x] = colour
    x++
  }
  const nibble = (byte: number, i: number) => (bits === 8 ? byte : i % 2 === 0 ? byte >> 4 : byte & 15)
  const byte = () => {
    const value = packed[at++]
    if (value === undefined) throw damaged('ends before its last row')
    return value
  }
  const literal = (count: number) => {
    const bytes = bits === 8 ? count : Math.ceil(count / 2)
    for (let i = 0, value = 0; i < count; i++) {
      if (bits === 8 || i % 2 === 0) value = byte()
      put(nibble(value, i))
    }
    // Padded to an even number of bytes.
    at += bytes % 2
  }
  while (y < height) {
    const [count, value] = [byte(), byte()]
    if (count > 0) for (let i = 0; i < count; i++) put(nibble(value, i))
    else if (value === END_OF_LINE) [x, y] = [0, y + 1]
    else if (value === END_OF_BITMAP && y >= height - 1) break
    else if (value === END_OF_BITMAP) throw damaged('ends before its last row')
    else if (value === DELTA) [x, y] = [x + byte(), y + byte()]
    else literal(value)
    // The last row may end without a mark.
    if (y === height - 1 && x >= width && at >= packed.length) break
  }
  return out
}
