import { z } from 'zod'
import { classDefaults, type ProcessorDefaults } from './processors'

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
  /** Order of the channels in the model's input. */
  channels: 'rgb' | 'bgr'
}

export interface Normalisation {
  rescale: number
  mean: readonly number[]
  std: readonly number[]
}

const side = z.int().min(1).max(4096)
const box = z.object({ width: side, height: side })
const size = z.union([side, z.object({ shortest_edge: side }), box])
const channels = z.union([z.number(), z.array(z.number()).min(1).max(4)])

/** Hugging Face's `preprocessor_config.json`, as far as it concerns classifiers. Unknown keys are left alone. */
const configSchema = z.object({
  image_processor_type: z.string().optional(),
  feature_extractor_type: z.string().optional(),
  do_resize: z.boolean().nullish(),
  size: size.nullish(),
  resample: z.int().min(0).max(5).nullish(),
  crop_pct: z.number().positive().max(1).nullish(),
  do_center_crop: z.boolean().nullish(),
  crop_size: z.union([side, box]).nullish(),
  do_rescale: z.boolean().nullish(),
  rescale_factor: z.number().nullish(),
  rescale_offset: z.boolean().nullish(),
  do_normalize: z.boolean().nullish(),
  include_top: z.boolean().nullish(),
  image_mean: channels.nullish(),
  image_std: channels.nullish(),
  do_flip_channel_order: z.boolean().nullish(),
})

type Config = z.output<typeof configSchema>

/** Below this shorter side ConvNeXT's processor crops, from it on it squashes. */
const CONVNEXT_SQUASHES_FROM = 384

/**
 * Reads a parsed `preprocessor_config.json` with the defaults and the arithmetic of the processor class that it names.
 *
 * @throws z.ZodError naming the key that is wrong, Error where the class cannot be followed
 */
export function parsePreprocessor(json: unknown): Preprocessor {
  const config = configSchema.parse(json)
  const defaults = classDefaults(config.image_processor_type ?? config.feature_extractor_type)
  return {
    ...geometry(config, defaults),
    cropRounding: defaults.cropRounding,
    interpolation: INTERPOLATIONS[config.resample ?? defaults.resample] ?? 'bilinear',
    normalisation: normalisation(config, defaults),
    channels: (config.do_flip_channel_order ?? defaults.flipChannels) ? 'bgr' : 'rgb',
  }
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
  const std = spread(config.image_std ?? defaults.std)
  const mean = normalises ? spread(config.image_mean ?? defaults.mean) : [0, 0, 0]
  return {
    rescale: rescales ? (config.rescale_factor ?? 1 / 255) : 1,
    mean: mean.map((value) => value + offset),
    // EfficientNet's divides by the deviation a second time where the model has its classifier.
    std: std.map((value) => (normalises ? value : 1) * (again ? value : 1)),
  }
}

function spread(value: number | readonly number[]): readonly number[] {
  return typeof value === 'number' ? [value, value, value] : value
}
