import { z } from 'zod'

/** A published figure with the place where it was read, or `unverified`. */
export const publishedSchema = z.object({ value: z.number().min(0).max(1), source: z.string() })

const fileSchema = z.object({
  /** In the repository. */
  path: z.string(),
  /** In the model folder; the same path if absent. */
  as: z.string().optional(),
  bytes: z.int().optional(),
  sha256: z.string().optional(),
})

/** A model that can be pulled, as `catalog.json` describes it. */
export const availableSchema = z.object({
  id: z.string(),
  title: z.string(),
  size: z.enum(['small', 'medium', 'large']),
  /** On the Hub: owner/name. */
  repo: z.string(),
  revision: z.string().default('main'),
  license: z.string(),
  published_top1: publishedSchema.optional(),
  /** What to fetch; absent for a repository in the usual layout, whose files are found. */
  files: z.array(fileSchema).optional(),
  /** Where the repository has no config.json: the labels are the 1,000 of ImageNet, in its order. */
  labels: z.literal('imagenet').optional(),
  /** Where the repository has no preprocessor_config.json. */
  preprocessor: z.record(z.string(), z.unknown()).optional(),
})

export type Available = z.output<typeof availableSchema>
export type WantedFile = z.output<typeof fileSchema>
