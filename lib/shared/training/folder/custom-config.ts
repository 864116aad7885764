import * as z from 'zod'
import { ACTIVATIONS, type Activation } from '../../metrics/activation'
import { PROBLEM_TYPES } from '../../metrics/multi-label'
import type { UncertaintyRule } from '../../metrics/uncertainty'

/**
 * What a head does: `linear` scores embeddings with learned weights; `cosine` compares them with those of words; `groups`
 * adds up the scores of the base model's labels.
 */
export const HEAD_KINDS = ['linear', 'cosine', 'groups'] as const
export type HeadKind = (typeof HEAD_KINDS)[number]

/** The labels by their indexes. */
export const labelsSchema = z.record(z.string().regex(/^\d+$/), z.string().min(1))

/** What is known about a custom model besides its head. */
export const customSchema = z.object({
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

const threshold = z.number().min(0).max(1)

/** The keys under `vision` that say how logits become results. */
export const scoreKeys = {
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
  /** What makes scores of its logits; softmax if absent. */
  activation: z.enum(ACTIVATIONS).optional(),
  /** Multi-label models: the score from which a label applies, for all labels or for each; 0.5 if absent. */
  thresholds: z.union([threshold, z.array(threshold).min(1)]).optional(),
}

export const baseModelSchema = z.object({ id: z.string().min(1), revision: z.string().min(1) })

/** The `config.json` of a custom model. */
export const customConfigSchema = z.looseObject({
  id2label: labelsSchema,
  problem_type: z.enum(PROBLEM_TYPES).nullish(),
  vision: z.looseObject({
    title: z.string().optional(),
    license: z.string().optional(),
    ...scoreKeys,
    base_model: baseModelSchema,
    head: z.enum(HEAD_KINDS),
    custom: customSchema,
  }),
})

export type CustomConfig = z.output<typeof customConfigSchema>

/** The limits of "uncertain" as results are tested against them; null if there are none. */
export function uncertaintyRule(rule: CustomConfig['vision']['uncertainty']): UncertaintyRule | null {
  if (rule === undefined) return null
  return {
    scoreBelow: rule.score_below,
    marginBelow: rule.margin_below,
    entropyAbove: rule.entropy_above ?? null,
    likenessBelow: rule.likeness_below ?? null,
  }
}

/** What makes scores of a model's logits. */
export function activationOf(activation: Activation | undefined, multiLabel: unknown): Activation {
  return activation ?? (multiLabel ? 'sigmoid' : 'softmax')
}
