import * as z from 'zod'

const side = z.int().min(1).max(4096)
const box = z.strictObject({ width: side, height: side })
/** Newer versions of transformers write every possible key of a size, most of them null. */
const withoutNulls = (value: unknown) =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
    ? Object.fromEntries(Object.entries(value).filter(([, each]) => each !== null))
    : value
const size = z.preprocess(
  withoutNulls,
  z.union(
    [
      side,
      z.strictObject({ shortest_edge: side }),
      z.strictObject({ longest_edge: side }),
      z.strictObject({ max_height: side, max_width: side }),
      box,
    ],
    {
      error:
        'is neither a number of pixels nor {"shortest_edge": n} nor {"longest_edge": n} nor {"height": n, "width": n}',
    },
  ),
)
const cropSize = z.preprocess(
  withoutNulls,
  z.union([side, box], { error: 'is neither a number of pixels nor {"height": n, "width": n}' }),
)
const NUMBERS = 'is neither a number nor a list with one number per channel'
const mean = z.union([z.number(), z.array(z.number()).min(1).max(3)], { error: NUMBERS })
const positive = z.number().positive({ error: ({ input }) => `is ${input}: a standard deviation must be above 0` })
const std = z.union([positive, z.array(positive).min(1).max(3)], { error: `${NUMBERS}, all above 0` })
/** Unsupported steps. Skipping them silently would change predictions. */
const notSupported = z.literal([false, null], { error: 'is not supported' }).optional()

/**
 * The part of Hugging Face's `preprocessor_config.json` that concerns classifiers. Keys that change nothing are
 * ignored.
 */
export const configSchema = z.object({
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
  pad_size: z.preprocess(withoutNulls, box).nullish(),
  do_thumbnail: notSupported,
  do_align_long_axis: notSupported,
  keep_aspect_ratio: notSupported,
})

export type Config = z.output<typeof configSchema>

/** A size as the configuration gives it. */
export type ConfigSize = z.output<typeof size>
