import { createRequire } from 'node:module'
import type { LibraryHandle } from 'koffi'
import sharp from 'sharp'
import type { FailOn } from '@/lib/shared/image/undecodable'

/** What counts as a failure of a decoder (VipsFailOn). */
const FAIL_ON: Record<FailOn, number> = { truncated: 1, error: 2, warning: 3 }
/** VipsAccess: once, from top to bottom. */
const SEQUENTIAL = 1
/** VipsIntent. */
const PERCEPTUAL = 0
/** VipsInterpretation. */
const CMYK = 15
const SRGB = 22
/** VipsBandFormat. */
const UCHAR = 0

/** A pointer of the library. */
type Pointer = bigint
/** The address of an object that a function makes. */
type Out = [Pointer | null]
/** Options of a function, in C: pairs of a name and a value, then NULL. As koffi takes them: each after its type. */
type Options = Record<string, number | string>

/**
 * The libvips that sharp has loaded, called directly: sharp can't decode a JPEG at a given fraction of its size, and takes
 * a quarter longer. The functions are those of libvips' C interface (https://www.libvips.org/API/current/).
 */
export class Libvips {
  private constructor(private readonly library: Library) {}

  /** @throws Error if the library, or what calls it, doesn't exist for this platform */
  static async open(): Promise<Libvips> {
    const { load } = await import('koffi')
    return new Libvips(functionsOf(load(libraryName())))
  }

  /**
   * Reads the header of a JPEG. Its pixels are decoded when they are needed. The image holds `bytes`, so that no garbage
   * collection takes them meanwhile: the caller holds the image.
   *
   * @param shrink 1, 2, 4, or 8: the fraction of its size to decode
   * @throws Error with the words of the library
   */
  openJpeg(bytes: Uint8Array, { shrink, failOn }: { shrink: number; failOn: FailOn }): VipsImage {
    const options = { shrink, access: SEQUENTIAL, fail_on: FAIL_ON[failOn] }
    return this.make((out) => this.library.jpegload(bytes, bytes.byteLength, out, ...inC(options)), bytes)
  }

  /**
   * Runs a function that makes an image.
   *
   * @param bytes what the image reads from
   * @throws Error with the words of the library
   */
  make(run: (out: Out) => number, bytes: Uint8Array | null = null): VipsImage {
    const out: Out = [null]
    if (run(out) !== 0 || out[0] === null) throw this.failure()
    return new VipsImage(this, this.library, out[0], bytes)
  }

  /** Runs a function in a thread of the pool. */
  inThread<T>(run: (done: (error: Error | null, result: T) => void) => void): Promise<T> {
    return new Promise((resolve, reject) => run((error, result) => (error ? reject(error) : resolve(result))))
  }

  /** What the library says of its last failures. There is a single buffer for all threads. */
  failure(): Error {
    const message = this.library.errorText()
    this.library.clearErrors()
    return new Error(message.trim() || 'libvips failed')
  }
}

/** An image of libvips: a description of how to compute it. `close` gives it back. */
export class VipsImage {
  constructor(
    private readonly vips: Libvips,
    private readonly library: Library,
    private readonly pointer: Pointer,
    /** The file that the library reads from, in memory that JavaScript owns. */
    readonly bytes: Uint8Array | null,
  ) {}

  get width(): number {
    return this.library.width(this.pointer)
  }

  get height(): number {
    return this.library.height(this.pointer)
  }

  get bands(): number {
    return this.library.bands(this.pointer)
  }

  get isCmyk(): boolean {
    return this.library.interpretation(this.pointer) === CMYK
  }

  get isSrgb(): boolean {
    return this.library.interpretation(this.pointer) === SRGB
  }

  get hasProfile(): boolean {
    return Number(this.library.typeOf(this.pointer, 'icc-profile-data')) !== 0
  }

  /** The EXIF orientation, 1 to 8. */
  get orientation(): number {
    return this.library.orientation(this.pointer)
  }

  /** To sRGB, by the profile in the file, or by the library's own for CMYK. @throws Error if the profile is unusable */
  toSrgbByProfile(): VipsImage {
    const profile: Options = this.hasProfile ? { embedded: 1, depth: 8 } : { input_profile: 'cmyk' }
    const options = inC({ ...profile, intent: PERCEPTUAL })
    return this.vips.make((out) => this.library.iccTransform(this.pointer, out, 'srgb', ...options))
  }

  toSrgb(): VipsImage {
    return this.vips.make((out) => this.library.colourspace(this.pointer, out, SRGB, ...inC({})))
  }

  /** Turned and mirrored by its EXIF orientation. It has to be in memory. */
  upright(): VipsImage {
    return this.vips.make((out) => this.library.autorot(this.pointer, out, ...inC({})))
  }

  firstBands(count: number): VipsImage {
    return this.vips.make((out) => this.library.extractBand(this.pointer, out, 0, ...inC({ n: count })))
  }

  /** The same image with its pixels computed, in any order of access. @throws Error with the words of the library */
  async inMemory(): Promise<VipsImage> {
    const copy = await this.vips.inThread<Pointer | null>((done) => this.library.copyMemory.async(this.pointer, done))
    return this.vips.make((out) => {
      out[0] = copy
      return 0
    })
  }

  /**
   * Computes the pixels, in a thread of the pool.
   *
   * @param pixels receives height × width × bands, uint8
   * @throws Error with the words of the library, or if `pixels` is of another size: it would write beyond its end
   */
  async readInto(pixels: Uint8Array): Promise<void> {
    const { width, height, bands, library, vips } = this
    if (library.format(this.pointer) !== UCHAR || pixels.byteLength !== width * height * bands)
      throw new Error('the image has another size than its memory')
    const target = library.fromMemory(pixels, pixels.byteLength, width, height, bands, UCHAR)
    if (target === null) throw vips.failure()
    try {
      const failed = await vips.inThread<number>((done) => library.write.async(this.pointer, target, done))
      if (failed !== 0) throw vips.failure()
    } finally {
      library.unref(target)
    }
  }

  close(): void {
    this.library.unref(this.pointer)
  }
}

type Library = ReturnType<typeof functionsOf>

function functionsOf(library: LibraryHandle) {
  return {
    jpegload: library.func('int vips_jpegload_buffer(void *buf, size_t len, _Out_ void **out, ...)'),
    iccTransform: library.func('int vips_icc_transform(void *in, _Out_ void **out, str profile, ...)'),
    colourspace: library.func('int vips_colourspace(void *in, _Out_ void **out, int space, ...)'),
    autorot: library.func('int vips_autorot(void *in, _Out_ void **out, ...)'),
    extractBand: library.func('int vips_extract_band(void *in, _Out_ void **out, int band, ...)'),
    copyMemory: library.func('void *vips_image_copy_memory(void *image)'),
    fromMemory: library.func(
      'void *vips_image_new_from_memory(void *data, size_t size, int width, int height, int bands, int format)',
    ),
    write: library.func('int vips_image_write(void *in, void *out)'),
    width: library.func('int vips_image_get_width(void *image)'),
    height: library.func('int vips_image_get_height(void *image)'),
    bands: library.func('int vips_image_get_bands(void *image)'),
    format: library.func('int vips_image_get_format(void *image)'),
    interpretation: library.func('int vips_image_get_interpretation(void *image)'),
    orientation: library.func('int vips_image_get_orientation(void *image)'),
    typeOf: library.func('size_t vips_image_get_typeof(void *image, str name)'),
    errorText: library.func('str vips_error_buffer()'),
    clearErrors: library.func('void vips_error_clear()'),
    unref: library.func('void g_object_unref(void *object)'),
  }
}

/** The library that sharp has loaded: the name under which the system knows it, or its file. */
function libraryName(): string {
  if (process.platform === 'win32') return 'libvips-42.dll'
  if (process.platform !== 'darwin') return `libvips-cpp.so.${sharp.versions.vips}`
  const ofSharp = createRequire(createRequire(import.meta.url).resolve('sharp'))
  return ofSharp.resolve(`@img/sharp-libvips-darwin-${process.arch}/binary`)
}

function inC(options: Options): unknown[] {
  const pairs = Object.entries(options).flatMap(([name, value]) => [
    'str',
    name,
    typeof value === 'number' ? 'int' : 'str',
    value,
  ])
  return [...pairs, 'str', null]
}
