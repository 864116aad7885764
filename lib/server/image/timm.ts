import * as z from 'zod'
import { roundHalfToEven } from '@/lib/shared/image/geometry'
import { INTERPOLATIONS, type Interpolation, type Padding, type Preprocessor } from '@/lib/shared/image/preprocessor'

const pair = z.tuple([z.number(), z.number(), z.number()])

/** The part of timm's `config.json` that concerns preprocessing: its `pretrained_cfg`. */
const configSchema = z.object({
  pretrained_cfg: z.object({
    input_size: z.tuple([z.literal(3), z.int().min(1).max(4096), z.int().min(1).max(4096)]),
    crop_pct: z.number().positive().max(1).default(0.875),
    crop_mode: z.enum(['center', 'squash', 'border']).default('center'),
    interpolation: z.string().default('bicubic'),
    mean: pair.default([0.485, 0.456, 0.406]),
    std: pair.default([0.229, 0.224, 0.225]),
  }),
})

/**
 * Reads how timm preprocesses images for a model, from the `pretrained_cfg` in its `config.json`: the shorter side (or
 * both, with `squash`; or the longer one, with `border`) becomes floor(size / crop_pct), then a center crop, padded with the
 * mean color. Source: timm, data/transforms_factory.py.
 *
 * @throws z.ZodError naming the invalid key
 */
export function timmPreprocessor(config: unknown): Preprocessor {
  const { input_size, crop_pct, crop_mode, interpolation, mean, std } = configSchema.parse(config).pretrained_cfg
  const [, height, width] = input_size
  const scaled = { width: Math.floor(width / crop_pct), height: Math.floor(height / crop_pct) }
  if (crop_mode === 'center' && width !== height) {
    throw new Error(`config.json: an input of ${width} × ${height} pixels is not supported with crop_mode center`)
  }
  return {
    resize: resizeOf(crop_mode, scaled),
    crop: { width, height },
    cropRounding: 'even',
    ...(crop_mode === 'border' && { padding: { position: 'center', color: colorOf(mean) } }),
    interpolation: interpolationOf(interpolation),
    normalisation: { rescale: 1 / 255, mean, std },
    channels: 'rgb',
  }
}

function resizeOf(mode: 'center' | 'squash' | 'border', scaled: { width: number; height: number }) {
  if (mode === 'border') return { fit: scaled, rounding: 'even' } as const
  return mode === 'squash' ? scaled : { shortestEdge: scaled.width }
}

/** The levels of the mean; halves are rounded to even, as by Python. */
function colorOf([r, g, b]: readonly [number, number, number]): Padding['color'] {
  return [roundHalfToEven(255 * r), roundHalfToEven(255 * g), roundHalfToEven(255 * b)]
}

/** `random` applies to training only; timm then evaluates with bilinear. */
function interpolationOf(name: string): Interpolation {
  if (name === 'random') return 'bilinear'
  const known = INTERPOLATIONS.find((each) => each === (name === 'lanczos' ? 'lanczos3' : name))
  if (known === undefined) throw new Error(`config.json: unknown interpolation ${name}`)
  return known
}

/** Whether this is a timm `config.json`. */
export function isTimm(config: unknown): boolean {
  return typeof config === 'object' && config !== null && 'pretrained_cfg' in config
}
