import { cameraRawProblem } from '@/lib/shared/image/camera-raw'
import { type Directory, numberOf, TAG } from '@/lib/shared/image/tiff/directory'

/** Camera RAW formats that look like a TIFF, by the camera's maker tag. */
const MAKERS: readonly [maker: RegExp, format: string][] = [
  [/^nikon/i, 'Nikon NEF'],
  [/^sony/i, 'Sony ARW'],
  [/^canon/i, 'Canon CR2'],
  [/^pentax|^ricoh/i, 'Pentax PEF'],
  [/^samsung/i, 'Samsung SRW'],
  [/^epson|^seiko/i, 'Epson ERF'],
  [/^hasselblad/i, 'Hasselblad 3FR'],
  [/^phase one|^leaf/i, 'Phase One IIQ'],
  [/^kodak|^eastman/i, 'Kodak DCR'],
]

/** Compression methods of sensor data: Sony, packed, Samsung, Nikon, Kodak, Pentax. */
const SENSOR_COMPRESSIONS: ReadonlySet<number> = new Set([32767, 32769, 32770, 34713, 32947, 65000, 65535])
/** Color filter array, and its DNG variant. */
const SENSOR_COLOURS: ReadonlySet<number> = new Set([32803, 34892])
const REDUCED = 1

/**
 * Rejects a camera RAW file, which starts like a TIFF: its first directory is often a small preview, which would be
 * classified instead of the photo.
 *
 * @throws Problem `unsupported_format` naming the format
 */
export function rejectCameraRaw(file: Uint8Array, directory: Directory): void {
  const format = cameraFormat(file, directory)
  if (format !== null) throw cameraRawProblem(format)
}

function cameraFormat(file: Uint8Array, directory: Directory): string | null {
  if (directory.fields.has(TAG.dngVersion)) return 'DNG'
  if (file[8] === 0x43 && file[9] === 0x52) return 'Canon CR2'
  const make = makeOf(directory)
  const sensor =
    SENSOR_COMPRESSIONS.has(numberOf(directory, TAG.compression, 1)) ||
    SENSOR_COLOURS.has(numberOf(directory, TAG.photometric, 0))
  const preview =
    make !== '' && directory.fields.has(TAG.subdirectories) && numberOf(directory, TAG.subfileType, 0) === REDUCED
  if (!sensor && !preview) return null
  return MAKERS.find(([maker]) => maker.test(make))?.[1] ?? (make || 'unknown camera')
}

function makeOf({ fields }: Directory): string {
  const bytes = fields.get(TAG.make)?.bytes.subarray(0, 64) ?? new Uint8Array()
  const [text = ''] = Buffer.from(bytes).toString('latin1').split('\0')
  return text.trim()
}
