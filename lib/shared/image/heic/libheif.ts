import type { MainModule } from 'libheif-js/libheif-wasm/libheif.js'
import makeLibheif from 'libheif-js/libheif-wasm/libheif.js'
import { Problem } from '@/lib/shared/problems/problem'
import { damaged, outOfMemory } from './libheif-errors'
import type { HeicLimits } from './protocol'

/** Interleaved 8-bit pixels in the decoder's memory, row by row, `stride` bytes apart. */
export interface Plane {
  width: number
  height: number
  channels: 1 | 3 | 4
  stride: number
  bytes: Uint8Array
  /** Whether the colors are premultiplied by alpha. */
  premultiplied: boolean
  icc?: Uint8Array<ArrayBuffer>
}

/** Enum values from libheif.h. */
const RGB = 1
const MONOCHROME = 2
const CHROMA = { 1: 0, 3: 10, 4: 11 }
const CHANNEL = { 1: 0, 3: 10, 4: 10 }
const ICC = new Set(['prof', 'rICC'])
const [UNSUPPORTED_FILETYPE, UNSUPPORTED_FEATURE, OUT_OF_MEMORY] = [3, 4, 6]
const SECURITY_LIMIT = 1000
/** Error subcodes for unknown color descriptions; the image itself is complete. */
const HARMLESS = new Set([133, 134, 135, 152])
/** struct heif_error: code, subcode, message. */
const ERROR_BYTES = 12
const MAX_WARNINGS = 16
/** Offsets in the structs that libheif allocates, as laid out in 32 bits. */
const OPTION_HDR_TO_8_BIT = 20
const LIMIT = { pixels: 8, tiles: 16, profile: 32, block: 40, total: 64 }
const LIMITS_BYTES = 128
const MAX_TILES = 4096
const MAX_PROFILE_BYTES = 4_000_000

/**
 * A libheif instance with its own memory, for a single photo: whatever a photo leaves behind or breaks is discarded
 * with it.
 */
export class Libheif {
  private readonly heif: MainModule
  private memory: WebAssembly.Memory | undefined
  private readonly error: number
  private readonly out: number

  /**
   * @param module libheif.wasm, compiled
   * @throws WebAssembly.RuntimeError later, if a photo needs more memory than its limit
   */
  constructor(
    module: WebAssembly.Module,
    private readonly limits: HeicLimits,
  ) {
    const silent = () => {}
    this.heif = makeLibheif({
      print: silent,
      printErr: silent,
      instantiateWasm: (imports: WebAssembly.Imports, receive: (instance: WebAssembly.Instance) => void) => {
        const instance = new WebAssembly.Instance(module, imports)
        this.memory = Object.values(instance.exports).find((one) => one instanceof WebAssembly.Memory)
        if (this.memory) limitMemory(this.memory, limits.maxBytes)
        receive(instance)
        return instance.exports
      },
    })
    this.error = this.heif._malloc(ERROR_BYTES * MAX_WARNINGS)
    this.out = this.heif._malloc(8)
  }

  /** Memory in use, which never shrinks. */
  get heldBytes(): number {
    return this.memory?.buffer.byteLength ?? 0
  }

  /**
   * Decodes the primary image, rotated, mirrored and cropped as the file specifies.
   *
   * @throws Problem `unsupported_format`, `too_many_pixels`, `truncated_image`
   */
  decode(image: Uint8Array): Plane {
    const { heif, error, out } = this
    const context = heif._heif_context_alloc()
    this.setLimits(context)
    const file = heif._malloc(image.length)
    if (file === 0) throw outOfMemory('the file itself')
    heif.HEAPU8.set(image, file)
    heif._heif_context_read_from_memory_without_copy(error, context, file, image.length, 0)
    this.check()
    heif._heif_context_get_primary_image_handle(error, context, out)
    this.check()
    const handle = this.u32(out)
    const channels = this.channelsOf(handle)
    const options = heif._heif_decoding_options_alloc()
    heif.HEAPU8[options + OPTION_HDR_TO_8_BIT] = 1
    const colours = channels === 1 ? MONOCHROME : RGB
    heif._heif_decode_image(error, handle, out, colours, CHROMA[channels], options)
    this.check()
    const picture = this.u32(out)
    this.requireComplete(picture)
    const icc = this.profileOf(handle)
    return {
      ...this.planeOf(picture, channels),
      premultiplied: channels === 4 && heif._heif_image_is_premultiplied_alpha(picture) === 1,
      ...(icc ? { icc } : {}),
    }
  }

  private setLimits(context: number): void {
    const { heif, error } = this
    const limits = heif._malloc(LIMITS_BYTES)
    const defaults = heif._heif_get_global_security_limits()
    heif.HEAPU8.copyWithin(limits, defaults, defaults + LIMITS_BYTES)
    const set = (at: number, value: number, bytes: 4 | 8) => {
      heif.HEAPU32[(limits + at) >> 2] = value
      if (bytes === 8) heif.HEAPU32[(limits + at + 4) >> 2] = Math.floor(value / 2 ** 32)
    }
    set(LIMIT.pixels, this.limits.maxPixels, 8)
    set(LIMIT.tiles, MAX_TILES, 8)
    set(LIMIT.profile, MAX_PROFILE_BYTES, 4)
    set(LIMIT.block, this.limits.maxBytes, 8)
    set(LIMIT.total, this.limits.maxBytes, 8)
    heif._heif_context_set_security_limits(error, context, limits)
    this.check()
  }

  private channelsOf(handle: number): Plane['channels'] {
    const { heif, error, out } = this
    if (heif._heif_image_handle_has_alpha_channel(handle) === 1) return 4
    heif._heif_image_handle_get_preferred_decoding_colorspace(error, handle, out, out + 4)
    this.check()
    return this.u32(out) === MONOCHROME ? 1 : 3
  }

  private planeOf(picture: number, channels: Plane['channels']): Omit<Plane, 'premultiplied' | 'icc'> {
    const { heif, out } = this
    const channel = CHANNEL[channels]
    const at = heif._heif_image_get_plane_readonly2(picture, channel, out)
    const [width, height] = [
      heif._heif_image_get_width(picture, channel),
      heif._heif_image_get_height(picture, channel),
    ]
    const stride = this.u32(out)
    const bits = heif._heif_image_get_bits_per_pixel_range(picture, channel)
    if (at === 0 || width < 1 || height < 1 || bits !== 8) {
      throw new Problem(
        'unsupported_format',
        `The HEIC photo decodes to ${bits} bits per channel, but only 8 are supported. Convert the photo to JPEG.`,
      )
    }
    return { width, height, channels, stride, bytes: heif.HEAPU8.subarray(at, at + stride * height) }
  }

  /** The ICC profile, which takes precedence over any other color description. */
  private profileOf(handle: number): Uint8Array<ArrayBuffer> | null {
    const { heif, error } = this
    const type = heif._heif_image_handle_get_color_profile_type(handle)
    const size = heif._heif_image_handle_get_raw_color_profile_size(handle)
    if (!ICC.has(fourccText(type)) || size === 0) return null
    const at = heif._malloc(size)
    if (at === 0) throw outOfMemory('its color profile')
    heif._heif_image_handle_get_raw_color_profile(error, handle, at)
    this.check()
    return heif.HEAPU8.slice(at, at + size)
  }

  /** libheif leaves missing and broken tiles of a grid empty and only reports warnings. */
  private requireComplete(picture: number): void {
    const { heif, error } = this
    const count = heif._heif_image_get_decoding_warnings(picture, 0, error, MAX_WARNINGS)
    for (let i = 0; i < count; i++) {
      const { subcode, message } = this.readError(error + i * ERROR_BYTES)
      if (!HARMLESS.has(subcode)) throw damaged(message)
    }
  }

  /** Throws the error that a call has just written, if any. */
  private check(): void {
    const { code, subcode, message } = this.readError(this.error)
    if (code === 0) return
    if (code === UNSUPPORTED_FILETYPE || code === UNSUPPORTED_FEATURE) {
      throw new Problem(
        'unsupported_format',
        `The HEIC decoder does not support this file (${message}). Convert the photo to JPEG.`,
      )
    }
    if (code === OUT_OF_MEMORY || subcode === SECURITY_LIMIT) throw outOfMemory(message)
    throw damaged(message)
  }

  private readError(at: number): { code: number; subcode: number; message: string } {
    const text = this.u32(at + 8)
    const end = text === 0 ? 0 : this.heif.HEAPU8.indexOf(0, text)
    const message = new TextDecoder('latin1').decode(this.heif.HEAPU8.slice(text, end))
    return { code: this.u32(at), subcode: this.u32(at + 4), message: message.replace(/[^ -~]+/g, ' ').trim() }
  }

  private u32(at: number): number {
    return this.heif.HEAPU32[at >> 2] as number
  }
}

/** Limits how far a memory can grow. The allocation that would exceed the limit fails. */
function limitMemory(memory: WebAssembly.Memory, maxBytes: number): void {
  const grow = memory.grow.bind(memory)
  memory.grow = (pages) => {
    if (memory.buffer.byteLength + pages * 65_536 > maxBytes)
      throw new RangeError('the memory for one photo is used up')
    return grow(pages)
  }
}

function fourccText(fourcc: number): string {
  return String.fromCharCode(fourcc >>> 24, (fourcc >>> 16) & 255, (fourcc >>> 8) & 255, fourcc & 255)
}
