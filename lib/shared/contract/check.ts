import * as z from 'zod'
import { QUALITY_ISSUES, type QualityIssue } from '../dataset-check/quality'
import { classifyJsonSchema, flag, integer } from './contract'
import { MAX_TEXT_LENGTH } from './embed'

/** What a check found out about one photo, as columns of its results. */
export interface PhotoCheck {
  /** The photo to keep of its group of copies; null for that one, and for photos without copies. */
  near_copy_of: string | null
  /** Number of its group of copies, from 1. */
  copy_group: number | null
  /** How wrong its label looks, or the worst of several, from 0.5 to 1; null if none does. */
  label_issue: number | null
  /** The label that it looks like; of a photo that may have several, all of them, separated by ` | `. */
  suggested_label: string | null
  quality: QualityIssue[]
}

const file = z.string().meta({ description: 'Name of a photo.' })
const count = z.int().min(0)
const several = z.array(z.string()).nullable()

/** The summary of a check. */
export const checkReportSchema = z
  .object({
    photos: count.meta({ description: 'Photos that were checked: those with a result.' }),
    copies: z
      .array(
        z.object({
          kept: file,
          copies: z.array(file),
          leak: several.meta({
            description: 'The parts of the data set, such as train and test, if copies are in several.',
          }),
          labels: several.meta({ description: 'Labels, if copies of one photo have several.' }),
        }),
      )
      .meta({ description: 'Groups of copies, in the order of the photos.' }),
    labels: z.object({
      checked: count.meta({ description: 'Photos whose label was checked.' }),
      reason: z.string().nullable().meta({ description: 'Why no label was checked; null if some were.' }),
      issues: z.array(z.object({ file, label: z.string(), suggested: z.string(), score: z.number() })).meta({
        description:
          'Photos whose labels look wrong, the worst first. Where photos may have several labels, all of a photo are separated by " | ", and empty if it has none.',
      }),
      mixed_up: z
        .array(z.object({ label: z.string(), looks_like: z.string(), photos: count }))
        .meta({ description: 'Labels whose photos look like another label, the most frequent first.' }),
    }),
    outliers: z
      .array(z.object({ file, distance: z.number() }))
      .meta({ description: 'Photos far from all others, the farthest first.' }),
    quality: z
      .array(z.object({ file, issues: z.array(z.enum(QUALITY_ISSUES)) }))
      .meta({ description: 'Photos of low quality, in the order of the photos.' }),
  })
  .meta({ id: 'CheckReport' })

export type CheckReport = z.infer<typeof checkReportSchema>

/** The check of a job. */
export const jobCheckSchema = z
  .object({
    state: z.enum(['waiting', 'running', 'done', 'failed']),
    progress: z.number().nullable().meta({ description: 'The share that is done, from 0 to 1; null unless it runs.' }),
    reason: z.string().nullable().meta({ description: 'Why it failed.' }),
    labels: z.enum(['folders', 'file']).meta({ description: 'Where the labels come from.' }),
    report: checkReportSchema.nullable().meta({ description: 'What the latest check found; null before the first.' }),
  })
  .meta({ id: 'JobCheck' })

export type JobCheck = z.infer<typeof jobCheckSchema>

/** The options of cleaned labels. */
export const cleanedLabelsParametersSchema = z.object({
  suggestions: flag
    .default(false)
    .meta({ description: 'Whether labels that look wrong are replaced by the suggested ones.' }),
})

/** Similar photos of one request. */
const MAX_SIMILAR = 1000

/** The options of a search for similar photos. */
export const similarParametersSchema = z.object({
  file: z.string().min(1).max(4000).meta({ description: 'Name of a photo of the job.' }),
  k: integer.pipe(z.int().min(1).max(MAX_SIMILAR)).default(20).meta({ description: 'Number of photos.' }),
})

/** What a photo shows, in words. */
export const searchTextSchema = z
  .string({ error: 'expected a text' })
  .trim()
  .min(1, 'it is empty')
  .max(MAX_TEXT_LENGTH, `a text has at most ${MAX_TEXT_LENGTH} characters`)

/** A search for photos like another one, or for those that a text fits, as JSON. */
export const similarJsonSchema = z
  .object({
    ...classifyJsonSchema.pick({ image: true, url: true }).shape,
    text: searchTextSchema.optional().meta({
      description:
        'Instead of a photo, what to search for in words. The model of the job is a text-image model, or a custom model of one.',
      examples: ['red car at night'],
    }),
    k: similarParametersSchema.shape.k.optional(),
  })
  .meta({ id: 'SimilarJson' })

/** Vectors of one request: a map of more photos takes a browser too long. */
const MAX_VECTORS = 10_000

/** The options of vectors. */
export const vectorsParametersSchema = z.object({
  limit: integer.pipe(z.int().min(1).max(MAX_VECTORS)).default(MAX_VECTORS).meta({
    description: 'Number of vectors at most. Of more photos, some are chosen that are spread evenly over all of them.',
  }),
})

/** Photos of a job by similarity. */
export const similarPhotosSchema = z
  .object({
    photos: z
      .array(
        z.object({
          index: z.int().min(0),
          file,
          similarity: z.number().meta({
            description:
              'To a photo, from 0 to 1: the cosine of the square roots of embeddings. To a text: the cosine of embeddings.',
          }),
        }),
      )
      .meta({ description: 'The most similar first.' }),
  })
  .meta({ id: 'SimilarPhotos' })

export type SimilarPhotosReply = z.infer<typeof similarPhotosSchema>
