import { z } from 'zod'

/** Interpolations by the numbers that Pillow and `preprocessor_config.json` give them. */
export const INTERPOLATIONS = ['nearest', 'lanczos3', 'bilinear', 'bicubic', 'box', 'hamming'] as const
export type Interpolation = (typeof INTERPOLATIONS)[number]

/** How a picture becomes a model's input. */
export interface Preprocessor {
  /** Shorter side in pixels, or both sides (the aspect is then not kept). */
  resize: { shortestEdge: number } | { width: number; height: number } | null
  /** Centre crop in pixels, after the resize. */
  crop: { width: number; height: number } | null
  interpolation: Interpolation
  /** Pixel p of channel c becomes (p × rescale − mean[c]) / std[c]; null leaves the pixels as they are. */
  normalisation: { rescale: number; mean: readonly number[]; std: readonly number[] } | null
}

const side = z.int().min(1).max(4096)
const box = z.object({ width: side, height: side })
const size = z.union([side, z.object({ shortest_edge: side }), box])
const channels = z.union([z.number(), z.array(z.number()).min(1).max(4)])

/** Hugging Face's `preprocessor_config.json`, as far as it concerns classifiers. Unknown keys are left alone. */
const configSchema = z.object({
  do_resize: z.boolean().default(true),
  size: size.optional(),
  resample: z.int().min(0).max(5).default(2),
  do_center_crop: z.boolean().optional(),
  crop_size: z.union([side, box]).optional(),
  do_rescale: z.boolean().default(true),
  rescale_factor: z.number().default(1 / 255),
  do_normalize: z.boolean().default(true),
  image_mean: channels.default([0.5, 0.5, 0.5]),
  image_std: channels.default([0.5, 0.5, 0.5]),
})

/**
 * Reads a parsed `preprocessor_config.json`.
 *
 * @throws z.ZodError naming the key that is wrong
 */
export function parsePreprocessor(json: unknown): Preprocessor {
  const config = configSchema.parse(json)
  const crop = config.crop_size
  return {
    resize: config.do_resize && config.size !== undefined ? resize(config.size) : null,
    crop:
      (config.do_center_crop ?? crop !== undefined) && crop !== undefined
        ? typeof crop === 'number'
          ? { width: crop, height: crop }
          : crop
        : null,
    interpolation: INTERPOLATIONS[config.resample] ?? 'bilinear',
    normalisation: normalisation(config),
  }
}

function resize(value: z.output<typeof size>): Preprocessor['resize'] {
  if (typeof value === 'number') return { shortestEdge: value }
  return 'shortest_edge' in value ? { shortestEdge: value.shortest_edge } : value
}

function normalisation(config: z.output<typeof configSchema>): Preprocessor['normalisation'] {
  if (!config.do_rescale && !config.do_normalize) return null
  const spread = (value: number | number[]) => (typeof value === 'number' ? [value, value, value] : value)
  return {
    rescale: config.do_rescale ? config.rescale_factor : 1,
    mean: config.do_normalize ? spread(config.image_mean) : [0, 0, 0],
    std: config.do_normalize ? spread(config.image_std) : [1, 1, 1],
  }
}
