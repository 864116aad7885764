/** A picture that was decoded here because sharp's decoder does not read its format. */
export interface Raster {
  width: number
  height: number
  /** Interleaved: grey, RGB or RGBA (alpha not premultiplied). */
  channels: 1 | 3 | 4
  /** height × width × channels; 16 bit values use the whole range. */
  pixels: Uint8Array | Uint16Array
  /** ICC profile of the pixels; sRGB where it is missing. */
  icc?: Uint8Array
  /** EXIF orientation, 1 to 8, where it was not applied yet. */
  orientation?: number
}
