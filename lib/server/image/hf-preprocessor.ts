import { INTERPOLATIONS, type Normalisation, type Padding, type Preprocessor } from '@/lib/shared/image/preprocessor'
import { type Config, type ConfigSize, configSchema } from './hf-preprocessor-schema'
import { classDefaults, GENERIC, type ProcessorDefaults } from './processor-defaults'

const COLOURS = 3

/** ConvNeXT's processor crops below this shorter side, and squashes from it on. */
const CONVNEXT_SQUASHES_FROM = 384

/**
 * Reads a parsed `preprocessor_config.json`. Missing values come from the processor class that it names, or else from
 * the class of the model type, and so does the arithmetic.
 *
 * @param modelType `model_type` from config.json
 * @throws z.ZodError naming the invalid key; Error if the class is not supported or a value is missing
 */
export function parsePreprocessor(json: unknown, modelType?: string): Preprocessor {
  const config = configSchema.parse(json)
  const name = config.image_processor_type ?? config.feature_extractor_type
  const knownDefaults = name === undefined && isComplete(config) ? null : classDefaults(name, modelType)
  if (knownDefaults === null) requireNumbers(config)
  const defaults = knownDefaults ?? GENERIC
  const prepared: Preprocessor = {
    ...geometry(config, defaults),
    cropRounding: defaults.cropRounding,
    interpolation: INTERPOLATIONS[config.resample ?? defaults.resample] ?? 'bilinear',
    normalisation: normalisation(config, defaults),
    channels: (config.do_flip_channel_order ?? defaults.flipChannels) ? 'bgr' : 'rgb',
  }
  // For a single image, padding without a size pads to the image's own size.
  return config.do_pad && config.pad_size ? padded(prepared, config.pad_size) : prepared
}

/**
 * Padding at the right and at the bottom. transformers pads what is normalized already, with zeros: so the color is the
 * mean, to the nearest of 256 levels.
 */
function padded(prepared: Preprocessor, size: { width: number; height: number }): Preprocessor {
  const { resize, crop, normalisation: numbers, channels } = prepared
  const box = crop ?? (resize && 'fit' in resize ? resize.fit : null)
  if (crop) throw new Error('do_pad with do_center_crop is not supported')
  if (box === null || box.width > size.width || box.height > size.height)
    throw new Error(
      'do_pad with pad_size needs a size with "longest_edge", or "max_height" and "max_width", up to pad_size',
    )
  const level = (channel: number) => {
    const mean = numbers ? (numbers.mean[channel] ?? 0) / numbers.rescale : 0
    return Math.min(255, Math.max(0, Math.round(mean)))
  }
  const [first, second, third] = [level(0), level(1), level(2)]
  const color: Padding['color'] = channels === 'bgr' ? [third, second, first] : [first, second, third]
  return { ...prepared, crop: size, padding: { position: 'start', color } }
}

/**
 * Whether a configuration is complete without a class. Files from before transformers named their classes have a number
 * as size, which means both sides or the shorter one depending on the class; a size with named sides is unambiguous.
 */
function isComplete({ size, do_normalize, image_mean, image_std }: Config): boolean {
  return (
    typeof size === 'object' && size !== null && (do_normalize === false || (image_mean != null && image_std != null))
  )
}

/** Requires mean and standard deviation, which nothing else defines for a configuration without a class. */
function requireNumbers({ do_normalize, image_mean, image_std }: Config): void {
  if (do_normalize === false) return
  const missing = [image_mean == null ? 'image_mean' : '', image_std == null ? 'image_std' : ''].filter(Boolean)
  if (missing.length === 0) return
  throw new Error(
    `${missing.join(' and ')} ${missing.length > 1 ? 'are' : 'is'} missing, and no processor class defines them: add them, or set "do_normalize": false`,
  )
}

function geometry(config: Config, defaults: ProcessorDefaults): Pick<Preprocessor, 'resize' | 'crop'> {
  const requestedSize = config.size ?? defaults.size
  const resize = (config.do_resize ?? true) && requestedSize !== null ? resizeOf(requestedSize, defaults.square) : null
  const crop = cropOf(config, defaults)
  return resize === null ? { resize, crop } : STYLES[defaults.style](config, resize, crop)
}

type Resize = NonNullable<Preprocessor['resize']>
type Style = (config: Config, resize: Resize, crop: Preprocessor['crop']) => Pick<Preprocessor, 'resize' | 'crop'>

const plain: Style = (_config, resize, crop) => ({ resize, crop })

/** Classes with their own resize arithmetic. */
const STYLES: Record<ProcessorDefaults['style'], Style> = {
  plain,
  efficientnet: plain,
  /** Small inputs are resized to a larger size and cropped, large ones squashed. */
  convnext({ crop_pct }, resize, crop) {
    if (!('shortestEdge' in resize)) return { resize, crop }
    const { shortestEdge: edge } = resize
    if (edge >= CONVNEXT_SQUASHES_FROM) return { resize: square(edge), crop }
    return { resize: { shortestEdge: Math.trunc(edge / (crop_pct ?? 224 / 256)) }, crop: crop ?? square(edge) }
  },
  levit: (_config, resize, crop) =>
    'shortestEdge' in resize
      ? { resize: { shortestEdge: Math.trunc((256 / 224) * resize.shortestEdge) }, crop }
      : { resize, crop },
  poolformer: (config, resize, crop) => ({ resize: poolFormer(config, resize), crop }),
}

/** PoolFormer: the shorter side becomes the size divided by crop_pct. */
function poolFormer({ crop_pct = 0.9 }: Config, resize: Resize): Resize {
  if (crop_pct === null) return resize
  if ('fit' in resize) return resize
  if ('shortestEdge' in resize) return { shortestEdge: Math.trunc(resize.shortestEdge / crop_pct) }
  const [width, height] = [Math.trunc(resize.width / crop_pct), Math.trunc(resize.height / crop_pct)]
  return width === height ? { shortestEdge: width } : { width, height }
}

function cropOf(config: Config, defaults: ProcessorDefaults): Preprocessor['crop'] {
  const crop = config.crop_size ?? defaults.crop
  const cropsCentre =
    config.do_center_crop ?? defaults.cropsCentre ?? (config.crop_size !== undefined && config.crop_size !== null)
  if (cropsCentre && crop === null) throw new Error('do_center_crop is true, but crop_size is missing')
  return cropsCentre && crop !== null ? (typeof crop === 'number' ? square(crop) : crop) : null
}

function square(side: number) {
  return { width: side, height: side }
}

/** A single number means both sides or the shorter one, depending on the class. */
function resizeOf(value: ConfigSize, isSquare: boolean): Resize {
  if (typeof value === 'number') return isSquare ? square(value) : { shortestEdge: value }
  if ('longest_edge' in value) return { fit: square(value.longest_edge), rounding: 'down' }
  if ('max_width' in value) return { fit: { width: value.max_width, height: value.max_height }, rounding: 'down' }
  return 'shortest_edge' in value ? { shortestEdge: value.shortest_edge } : value
}

function normalisation(config: Config, defaults: ProcessorDefaults): Normalisation | null {
  const [rescales, normalises] = [config.do_rescale ?? true, config.do_normalize ?? defaults.normalises]
  const dividesTwice = defaults.style === 'efficientnet' && (config.include_top ?? true)
  if (!rescales && !normalises && !dividesTwice) return null
  const offset = defaults.style === 'efficientnet' && rescales && config.rescale_offset ? 1 : 0
  const { mean, std } = channelNumbers(config, defaults)
  return {
    rescale: rescales ? (config.rescale_factor ?? 1 / 255) : 1,
    mean: mean.map((value) => (normalises ? value : 0) + offset),
    // EfficientNet's processor divides by the standard deviation a second time if the model includes its classifier.
    std: std.map((value) => (normalises ? value : 1) * (dividesTwice ? value : 1)),
  }
}

/** Mean and standard deviation, one value per channel each. */
function channelNumbers(
  { image_mean, image_std }: Config,
  defaults: ProcessorDefaults,
): Pick<Normalisation, 'mean' | 'std'> {
  const given = [image_mean, image_std].flatMap((each) => (Array.isArray(each) ? [each.length] : []))
  const count = given[0] ?? COLOURS
  const mean = spread(image_mean ?? defaults.mean, count)
  const std = spread(image_std ?? defaults.std, count)
  if (mean.length === std.length) return { mean, std }
  throw new Error(`image_mean has ${mean.length} values, but image_std has ${std.length}`)
}

/**
 * A single number applies to each channel, and so do the three equal values of a class default if the configuration has
 * a different channel count.
 */
function spread(value: number | readonly number[], count: number): readonly number[] {
  if (typeof value === 'number') return Array.from({ length: count }, () => value)
  const [first = 0] = value
  return value.length !== count && value.every((each) => each === first) && value.length === COLOURS
    ? spread(first, count)
    : value
}
