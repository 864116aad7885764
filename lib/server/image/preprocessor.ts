import { z } from 'zod'
import { classDefaults, GENERIC, type ProcessorDefaults } from './processors'

/** Interpolations by the numbers that Pillow and `preprocessor_config.json` give them. */
export const INTERPOLATIONS = ['nearest', 'lanczos3', 'bilinear', 'bicubic', 'box', 'hamming'] as const
export type Interpolation = (typeof INTERPOLATIONS)[number]

/** How a picture becomes a model's input. */
export interface Preprocessor {
  /** Shorter side in pixels, or both sides (the aspect is then not kept). */
  resize: { shortestEdge: number } | { width: number; height: number } | null
  /** Centre crop in pixels, after the resize; what the picture does not fill is black. */
  crop: { width: number; height: number } | null
  /** How half a pixel of the crop's offset is rounded: down as transformers do, to even as torchvision and timm. */
  cropRounding: 'down' | 'even'
  interpolation: Interpolation
  /** Pixel p of channel c becomes (p × rescale − mean[c]) / std[c]; null leaves the pixels as they are. */
  normalisation: Normalisation | null
  /** Order of the channels in the model's input; `grey` is one channel, the luma. */
  channels: 'rgb' | 'bgr' | 'grey'
}

/** One number a channel, in the order of the model's input. */
export interface Normalisation {
  rescale: number
  mean: readonly number[]
  std: readonly number[]
}

const COLOURS = 3

const side = z.int().min(1).max(4096)
const box = z.strictObject({ width: side, height: side })
/** Newer transformers write every key that a size could have, most of them null. */
const withoutNulls = (value: unknown) =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
    ? Object.fromEntries(Object.entries(value).filter(([, each]) => each !== null))
    : value
const size = z.preprocess(
  withoutNulls,
  z.union([side, z.strictObject({ shortest_edge: side }), box], {
    error: 'is neither a number of pixels nor {"shortest_edge": n} nor {"height": n, "width": n}',
  }),
)
const cropSize = z.preprocess(
  withoutNulls,
  z.union([side, box], { error: 'is neither a number of pixels nor {"height": n, "width": n}' }),
)
const NUMBERS = 'is neither a number nor a list of one number a channel'
const mean = z.union([z.number(), z.array(z.number()).min(1).max(3)], { error: NUMBERS })
const positive = z.number().positive({ error: ({ input }) => `is ${input}: a deviation is above 0` })
const std = z.union([positive, z.array(positive).min(1).max(3)], { error: `${NUMBERS}, all above 0` })
/** Steps that are not followed here: done by nobody, they would change answers without a word. */
const notSupported = z.literal([false, null], { error: 'is not supported' }).optional()

/** Hugging Face's `preprocessor_config.json`, as far as it concerns classifiers. Keys that change nothing are left alone. */
const configSchema = z.object({
  image_processor_type: z.string().optional(),
  feature_extractor_type: z.string().optional(),
  do_resize: z.boolean().nullish(),
  size: size.nullish(),
  resample: z.int().min(0).max(5).nullish(),
  crop_pct: z.number().positive().max(1).nullish(),
  do_center_crop: z.boolean().nullish(),
  crop_size: cropSize.nullish(),
  do_rescale: z.boolean().nullish(),
  rescale_factor: z.number().nullish(),
  rescale_offset: z.boolean().nullish(),
  do_normalize: z.boolean().nullish(),
  include_top: z.boolean().nullish(),
  image_mean: mean.nullish(),
  image_std: std.nullish(),
  do_flip_channel_order: z.boolean().nullish(),
  do_pad: z.boolean().nullish(),
  pad_size: z.unknown().optional(),
  do_thumbnail: notSupported,
  do_align_long_axis: notSupported,
  keep_aspect_ratio: notSupported,
})

type Config = z.output<typeof configSchema>

/** Below this shorter side ConvNeXT's processor crops, from it on it squashes. */
const CONVNEXT_SQUASHES_FROM = 384

/**
 * Reads a parsed `preprocessor_config.json` with the defaults and the arithmetic of the processor class that it names, or else of
 * the class that belongs to the model's type, where it leaves something to a class.
 *
 * @param modelType `model_type` of config.json
 * @throws z.ZodError naming the key that is wrong, Error where the class cannot be followed or something is not said
 */
export function parsePreprocessor(json: unknown, modelType?: string): Preprocessor {
  const config = configSchema.parse(json)
  const name = config.image_processor_type ?? config.feature_extractor_type
  const known = name === undefined && isComplete(config) ? null : classDefaults(name, modelType)
  if (known === null) requireNumbers(config)
  // For one picture, padding without a size pads to the picture's own.
  if (config.do_pad && config.pad_size) throw new Error('do_pad with pad_size is not supported')
  const defaults = known ?? GENERIC
  return {
    ...geometry(config, defaults),
    cropRounding: defaults.cropRounding,
    interpolation: INTERPOLATIONS[config.resample ?? defaults.resample] ?? 'bilinear',
    normalisation: normalisation(config, defaults),
    channels: (config.do_flip_channel_order ?? defaults.flipChannels) ? 'bgr' : 'rgb',
  }
}

/**
 * Whether a configuration leaves nothing to a class. Files from before transformers named their classes have a number as their size,
 * which is both sides or the shorter one by the class; who writes a size with names means what stands there.
 */
function isComplete({ size, do_normalize, image_mean, image_std }: Config): boolean {
  return (
    typeof size === 'object' && size !== null && (do_normalize === false || (image_mean != null && image_std != null))
  )
}

/** Nobody says what a configuration without a class takes where it says nothing. */
function requireNumbers({ do_normalize, image_mean, image_std }: Config): void {
  if (do_normalize === false) return
  const missing = [image_mean == null ? 'image_mean' : '', image_std == null ? 'image_std' : ''].filter(Boolean)
  if (missing.length === 0) return
  throw new Error(
    `${missing.join(' and ')} ${missing.length > 1 ? 'are' : 'is'} missing, and no processor class says what they are: write them, or "do_normalize": false`,
  )
}

function geometry(config: Config, defaults: ProcessorDefaults): Pick<Preprocessor, 'resize' | 'crop'> {
  const asked = config.size ?? defaults.size
  const resize = (config.do_resize ?? true) && asked !== null ? resizeOf(asked, defaults.square) : null
  const crop = cropOf(config, defaults)
  return resize === null ? { resize, crop } : STYLES[defaults.style](config, resize, crop)
}

type Resize = NonNullable<Preprocessor['resize']>
type Style = (config: Config, resize: Resize, crop: Preprocessor['crop']) => Pick<Preprocessor, 'resize' | 'crop'>

const plain: Style = (_config, resize, crop) => ({ resize, crop })

/** The arithmetic of classes whose resize is their own. */
const STYLES: Record<ProcessorDefaults['style'], Style> = {
  plain,
  efficientnet: plain,
  /** Small inputs are resized to more and cropped, large ones squashed. */
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

/** PoolFormer's: the shorter side becomes the size over crop_pct. */
function poolFormer({ crop_pct = 0.9 }: Config, resize: Resize): Resize {
  if (crop_pct === null) return resize
  if ('shortestEdge' in resize) return { shortestEdge: Math.trunc(resize.shortestEdge / crop_pct) }
  const [width, height] = [Math.trunc(resize.width / crop_pct), Math.trunc(resize.height / crop_pct)]
  return width === height ? { shortestEdge: width } : { width, height }
}

function cropOf(config: Config, defaults: ProcessorDefaults): Preprocessor['crop'] {
  const crop = config.crop_size ?? defaults.crop
  const wanted =
    config.do_center_crop ?? defaults.doCrop ?? (config.crop_size !== undefined && config.crop_size !== null)
  if (wanted && crop === null) throw new Error('do_center_crop is true, but crop_size is missing')
  return wanted && crop !== null ? (typeof crop === 'number' ? square(crop) : crop) : null
}

function square(side: number) {
  return { width: side, height: side }
}

/** A number alone is both sides or the shorter one, by the class. */
function resizeOf(value: z.output<typeof size>, isSquare: boolean): Resize {
  if (typeof value === 'number') return isSquare ? square(value) : { shortestEdge: value }
  return 'shortest_edge' in value ? { shortestEdge: value.shortest_edge } : value
}

function normalisation(config: Config, defaults: ProcessorDefaults): Normalisation | null {
  const [rescales, normalises] = [config.do_rescale ?? true, config.do_normalize ?? defaults.normalises]
  const again = defaults.style === 'efficientnet' && (config.include_top ?? true)
  if (!rescales && !normalises && !again) return null
  const offset = defaults.style === 'efficientnet' && rescales && config.rescale_offset ? 1 : 0
  const { mean, std } = channelNumbers(config, defaults)
  return {
    rescale: rescales ? (config.rescale_factor ?? 1 / 255) : 1,
    mean: mean.map((value) => (normalises ? value : 0) + offset),
    // EfficientNet's divides by the deviation a second time where the model has its classifier.
    std: std.map((value) => (normalises ? value : 1) * (again ? value : 1)),
  }
}

/** Mean and deviation, one number a channel each. */
function channelNumbers(
  { image_mean, image_std }: Config,
  defaults: ProcessorDefaults,
): Pick<Normalisation, 'mean' | 'std'> {
  const given = [image_mean, image_std].flatMap((each) => (Array.isArray(each) ? [each.length] : []))
  const count = given[0] ?? COLOURS
  const mean = spread(image_mean ?? defaults.mean, count)
  const std = spread(image_std ?? defaults.std, count)
  if (mean.length === std.length) return { mean, std }
  throw new Error(`image_mean has ${mean.length} values, image_std has ${std.length}`)
}

/** A number alone is that of each channel, and so are the three equal ones that classes have where they are told of another count. */
function spread(value: number | readonly number[], count: number): readonly number[] {
  if (typeof value === 'number') return Array.from({ length: count }, () => value)
  const [first = 0] = value
  return value.length !== count && value.every((each) => each === first) && value.length === COLOURS
    ? spread(first, count)
    : value
}
