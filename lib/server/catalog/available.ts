import * as z from 'zod'

/** A published figure and its source. */
export const publishedSchema = z.object({ value: z.number().min(0).max(1), source: z.string() })

const fileSchema = z.object({
  /** Path in the repository. */
  path: z.string(),
  /** Path in the model folder; the same path if absent. */
  as: z.string().optional(),
  bytes: z.int().optional(),
  sha256: z.string().optional(),
})

/** A model that can be pulled, as listed in `catalog.json`. */
export const availableSchema = z.object({
  id: z.string(),
  title: z.string(),
  size: z.enum(['small', 'medium', 'large']),
  /** Hub repository: owner/name. */
  repo: z.string(),
  revision: z.string().default('main'),
  license: z.string(),
  published_top1: publishedSchema.optional(),
  /** Files to download; absent for a repository in the standard layout, whose files are detected. */
  files: z.array(fileSchema).optional(),
  /** If the repository has no config.json: the labels are the 1,000 of ImageNet, in order. */
  labels: z.literal('imagenet').optional(),
  /** If the repository has no preprocessor_config.json. */
  preprocessor: z.record(z.string(), z.unknown()).optional(),
})

export type Available = z.output<typeof availableSchema>
export type WantedFile = z.output<typeof fileSchema>
