import { z } from 'zod'
import { publishedSchema } from '../catalog/available'

/** A model folder's `config.json`: Hugging Face's and timm's keys, and our own under `vision`. */
export const configSchema = z.object({
  id2label: z.record(z.string().regex(/^\d+$/), z.string().min(1)).optional(),
  /** timm's names. */
  label_names: z.array(z.string().min(1)).optional(),
  /** timm's words for these names, as `tench, Tinca tinca`. */
  label_descriptions: z.record(z.string(), z.string().min(1)).nullish(),
  num_classes: z.int().min(1).optional(),
  model_type: z.string().optional(),
  problem_type: z
    .literal('single_label_classification', {
      error: ({ input }) => `is ${input}: only single_label_classification is supported`,
    })
    .nullish(),
  vision: z
    .object({
      title: z.string().optional(),
      /** The output with the scores, where several could be. */
      output: z.string().min(1).optional(),
      license: z.string().optional(),
      /** Fitted temperature. Absent: scores are the plain softmax and called not calibrated. */
      temperature: z.number().positive().optional(),
      /** When an answer is called uncertain. */
      uncertainty: z
        .object({
          score_below: z.number().min(0).max(1),
          margin_below: z.number().min(0).max(1),
          entropy_above: z.number().min(0),
        })
        .optional(),
      /** A CSV beside the folder, a line a class in the order of the labels, with their `wnid` and `synonyms`. */
      classes: z.string().optional(),
      published_top1: publishedSchema.optional(),
      card: z
        .object({
          source: z.string(),
          recipe: z.string(),
          trained_on: z.string(),
          limits: z.string(),
          not_for: z.string(),
        })
        .partial()
        .optional(),
      /** By index: what a reader should know of a label. */
      notes: z.record(z.string().regex(/^\d+$/), z.string()).optional(),
    })
    .default({}),
})

export type ModelConfig = z.output<typeof configSchema>
