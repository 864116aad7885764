/** An image decoded here, because sharp does not read its format. */
export interface Raster {
  width: number
  height: number
  /** Interleaved: gray, RGB or RGBA (alpha not premultiplied). */
  channels: 1 | 3 | 4
  /** height × width × channels; 16-bit values use the whole range. */
  pixels: Uint8Array | Uint16Array
  /** ICC profile of the pixels; sRGB if absent. */
  icc?: Uint8Array
  /** EXIF orientation, 1 to 8, if it has not been applied yet. */
  orientation?: number
}
