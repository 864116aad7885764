import { z } from 'zod'
import { INTERPOLATIONS, type Interpolation, type Preprocessor } from './preprocessor'

const pair = z.tuple([z.number(), z.number(), z.number()])

/** timm's `config.json`: its `pretrained_cfg`, as far as it concerns the pictures. */
const configSchema = z.object({
  pretrained_cfg: z.object({
    input_size: z.tuple([z.literal(3), z.int().min(1).max(4096), z.int().min(1).max(4096)]),
    crop_pct: z.number().positive().max(1).default(0.875),
    crop_mode: z.enum(['center', 'squash']).default('center'),
    interpolation: z.string().default('bicubic'),
    mean: pair.default([0.485, 0.456, 0.406]),
    std: pair.default([0.229, 0.224, 0.225]),
  }),
})

/**
 * How timm prepares pictures for a model, by the `pretrained_cfg` in its `config.json`: the shorter side to
 * floor(size / crop_pct) (or both, `squash`), then the centre. Source: timm, data/transforms_factory.py.
 *
 * @throws z.ZodError naming the key that is wrong
 */
export function timmPreprocessor(config: unknown): Preprocessor {
  const { input_size, crop_pct, crop_mode, interpolation, mean, std } = configSchema.parse(config).pretrained_cfg
  const [, height, width] = input_size
  const scaled = { width: Math.floor(width / crop_pct), height: Math.floor(height / crop_pct) }
  if (crop_mode === 'center' && width !== height) {
    throw new Error(`config.json: an input of ${width} × ${height} pixels is not supported with crop_mode center`)
  }
  return {
    resize: crop_mode === 'squash' ? scaled : { shortestEdge: scaled.width },
    crop: { width, height },
    cropRounding: 'even',
    interpolation: interpolationOf(interpolation),
    normalisation: { rescale: 1 / 255, mean, std },
    channels: 'rgb',
  }
}

/** timm trains with a random one where it says so, and evaluates with bilinear. */
function interpolationOf(name: string): Interpolation {
  if (name === 'random') return 'bilinear'
  const known = INTERPOLATIONS.find((each) => each === (name === 'lanczos' ? 'lanczos3' : name))
  if (known === undefined) throw new Error(`config.json: unknown interpolation ${name}`)
  return known
}

/** Whether a `config.json` is timm's. */
export function isTimm(config: unknown): boolean {
  return typeof config === 'object' && config !== null && 'pretrained_cfg' in config
}
