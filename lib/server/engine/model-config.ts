import * as z from 'zod'
import { PROBLEM_TYPES } from '@/lib/shared/metrics/multi-label'
import {
  baseModelSchema,
  customSchema,
  HEAD_KINDS,
  labelsSchema,
  scoreKeys,
} from '@/lib/shared/training/folder/custom-config'
import { publishedSchema } from '../catalog/available'

export type CustomDetails = z.output<typeof customSchema>

/** The `config.json` of a model folder: keys of Hugging Face and timm, and our own under `vision`. */
export const configSchema = z.object({
  id2label: labelsSchema.optional(),
  /** timm's class names. */
  label_names: z.array(z.string().min(1)).optional(),
  /** timm's descriptions of these names, such as `tench, Tinca tinca`. */
  label_descriptions: z.record(z.string(), z.string().min(1)).nullish(),
  num_classes: z.int().min(1).optional(),
  model_type: z.string().optional(),
  problem_type: z
    .enum(PROBLEM_TYPES, {
      error: ({ input }) =>
        input === 'regression'
          ? 'is regression: the model returns amounts instead of scores of labels, so it can’t classify photos'
          : `is ${String(input)}: only ${PROBLEM_TYPES.join(' and ')} are supported`,
    })
    .nullish(),
  vision: z
    .object({
      title: z.string().optional(),
      /** The output with the scores, if there are several candidates. */
      output: z.string().min(1).optional(),
      license: z.string().optional(),
      ...scoreKeys,
      /** A CSV next to the folder with `wnid` and `synonyms`, one line per class in label order. */
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
      /** Notes on labels for the reader, by index. */
      notes: z.record(z.string().regex(/^\d+$/), z.string()).optional(),
      /** Set for a custom model: the model whose embeddings or scores its head turns into labels. */
      base_model: baseModelSchema.optional(),
      head: z.enum(HEAD_KINDS).optional(),
      /** The output that stands for none of the labels. It may have a label or not. */
      background: z.int().min(0).optional(),
      custom: customSchema.optional(),
    })
    .default({}),
})

export type ModelConfig = z.output<typeof configSchema>
