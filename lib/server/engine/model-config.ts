import { z } from 'zod'
import { ACTIVATIONS } from '@/lib/shared/metrics/activation'
import { PROBLEM_TYPES } from '@/lib/shared/metrics/multi-label'
import { publishedSchema } from '../catalog/available'

/**
 * What a head does: `linear` scores embeddings with learned weights; `cosine` compares them with those of words; `groups`
 * adds up the scores of the base model's labels.
 */
const HEAD_KINDS = ['linear', 'cosine', 'groups'] as const
export type HeadKind = (typeof HEAD_KINDS)[number]

/** What is known about a custom model besides its head. */
const customSchema = z.object({
  /** What it is for, in the words of whoever trained it. */
  purpose: z.string().optional(),
  /** ISO 8601. */
  created: z.string(),
  /** Number of photos that it learned from. */
  examples: z.int().min(0),
  /** Whether only people who know its ID can use it. */
  unlisted: z.boolean().optional(),
  /** The template of a model whose labels are words, with {} for the label. */
  template: z.string().optional(),
})

export type CustomDetails = z.output<typeof customSchema>

const threshold = z.number().min(0).max(1)

/** The `config.json` of a model folder: keys of Hugging Face and timm, and our own under `vision`. */
export const configSchema = z.object({
  id2label: z.record(z.string().regex(/^\d+$/), z.string().min(1)).optional(),
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
      /** Fitted temperature. If absent, scores are plain softmax values and reported as not calibrated. */
      temperature: z.number().positive().optional(),
      /** The limits beyond which a prediction is uncertain. */
      uncertainty: z
        .object({
          /** These two are for models of which one label is right. */
          score_below: z.number().min(0).max(1).default(0),
          margin_below: z.number().min(0).max(1).default(0),
          entropy_above: z.number().min(0).optional(),
          /** Custom models: the likeness to the training photos. */
          likeness_below: z.number().optional(),
          /** Multi-label models: the distance of a score from its threshold, in log-odds. */
          near_threshold: z.number().min(0).optional(),
        })
        .optional(),
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
      base_model: z.object({ id: z.string().min(1), revision: z.string().min(1) }).optional(),
      head: z.enum(HEAD_KINDS).optional(),
      /** What makes scores of its logits; softmax if absent. */
      activation: z.enum(ACTIVATIONS).optional(),
      /** Multi-label models: the score from which a label applies, for all labels or for each; 0.5 if absent. */
      thresholds: z.union([threshold, z.array(threshold).min(1)]).optional(),
      /** The output that stands for none of the labels. It may have a label or not. */
      background: z.int().min(0).optional(),
      custom: customSchema.optional(),
    })
    .default({}),
})

export type ModelConfig = z.output<typeof configSchema>
