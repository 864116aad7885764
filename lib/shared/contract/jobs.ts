import * as z from 'zod'
import { isZipEncoding, ZIP_ENCODINGS } from '../files/zip-names'
import { classifyParametersSchema, flag, WEB_ADDRESS } from './contract'

/** `done` and `cancelled` are final. A paused job continues by itself or on request. */
export const JOB_STATES = ['running', 'paused', 'done', 'cancelled'] as const
export type JobState = (typeof JOB_STATES)[number]

/** An encoding of names in a ZIP. It stands here and not beside the decoder, which browsers load without zod. */
export const zipEncodingSchema = z
  .string()
  .max(40)
  .refine(isZipEncoding, 'unknown encoding; use for example gbk, shift_jis, euc-kr, big5 or cp437')

const zipNames = zipEncodingSchema.optional().meta({
  description:
    'Encoding of file names in a ZIP that doesn’t declare one, such as gbk, shift_jis, euc-kr, big5 or cp437. By default, it is detected if it is unambiguous.',
  enum: [...ZIP_ENCODINGS],
})

/** The options of a new job. */
export const jobParametersSchema = z
  .object({
    ...classifyParametersSchema.pick({
      model: true,
      top_k: true,
      threshold: true,
      candidate_labels: true,
      hypothesis_template: true,
    }).shape,
    callback_url: z
      .string()
      .min(1)
      .max(2000)
      .optional()
      .meta({ description: 'URL that receives a signed POST with the job as JSON when the job ends.', ...WEB_ADDRESS }),
    source: z.string().max(1000).optional().meta({
      description:
        'Photos in a bucket instead of an upload: s3://bucket/prefix. Only buckets that this server may read.',
      pattern: '^s3://[a-z0-9][a-z0-9.-]{1,61}[a-z0-9](/.*)?$',
    }),
    embeddings: flag.optional().meta({
      description: 'Whether to keep the embedding of each photo as well. The results have them in Parquet.',
    }),
    check: flag.optional().meta({
      description:
        'Whether to look for copies, labels that look wrong, and photos of low quality once all photos are done. Keeps the embeddings, too.',
    }),
    zip_names: zipNames,
    open: flag.default(false).meta({ description: 'Whether more photos will be added until the job is closed.' }),
  })
  .meta({ id: 'JobOptions' })

export type JobParameters = z.output<typeof jobParametersSchema>

const count = z.int().min(0)

export const jobSchema = z
  .object({
    id: z.string().meta({ description: 'Unguessable: anyone who has it can read and end the job.' }),
    state: z.enum(JOB_STATES),
    reason: z
      .enum(['storage_full', 'storage_unavailable', 'requested', 'dead_letters'])
      .nullable()
      .meta({ description: 'Why the job is paused.' }),
    open: z.boolean().meta({ description: 'Whether the job accepts more photos.' }),
    source: z.string().nullable().meta({ description: 'The bucket and prefix of its photos.' }),
    listing: z.boolean().meta({ description: 'Whether the source is still being listed, so the total still grows.' }),
    model: z.object({ id: z.string(), revision: z.string() }),
    top_k: z.int().min(1),
    threshold: z.number().min(0).max(1),
    embeddings: z.boolean().meta({ description: 'Whether the results have embeddings.' }),
    check: z.boolean().meta({ description: 'Whether its photos are checked once all of them are done.' }),
    words: z
      .object({ labels: z.array(z.string()), template: z.string() })
      .optional()
      .meta({ description: 'Its labels in words, if it was created with candidate_labels.' }),
    counts: z.object({ total: count, done: count, ok: count, failed: count }),
    rate: z.number().min(0).nullable().meta({ description: 'Recent photos per second; null if none are running.' }),
    eta_s: z.number().min(0).nullable(),
    created_at: z.string(),
    finished_at: z.string().nullable(),
    callback: z
      .object({ state: z.enum(['waiting', 'delivered', 'given_up']), attempts: count })
      .nullable()
      .meta({ description: 'Whether the callback_url was notified of the end.' }),
    callback_secret: z
      .string()
      .optional()
      .meta({ description: 'The key that signs callbacks. Only in the response that creates the job.' }),
    expires_at: z.string().nullable().meta({ description: 'When the job is deleted with its results.' }),
  })
  .meta({ id: 'Job' })

/** A shard that workers have given up. Retrying the job's failed photos retries it. */
export const deadLetterSchema = z
  .object({
    job: z.string(),
    shard: count.meta({ description: 'Index of the shard (100 photos each), from 0.' }),
    attempts: count,
    reason: z.string(),
    failed_at: z.string(),
  })
  .meta({ id: 'DeadLetter' })

export type DeadLetter = z.infer<typeof deadLetterSchema>

/** The options for adding photos to an open job. */
export const addParametersSchema = z.object({
  zip_names: zipNames,
  unique: flag
    .default(false)
    .meta({ description: 'Skip photos whose names the job already has, so that the request is safe to repeat.' }),
})

/** The options for listing a job's photos. */
export const photosParametersSchema = z.object({
  offset: z
    .string()
    .regex(/^\d{1,9}$/, 'expected a whole number from 0')
    .transform(Number)
    .default(0),
})

/** One page of the names of a job's photos. */
export const jobPhotosSchema = z
  .object({
    files: z.array(z.string()).meta({ description: 'In order of their index, starting at the offset.' }),
    total: count,
  })
  .meta({ id: 'JobPhotos' })

export type JobPhotos = z.infer<typeof jobPhotosSchema>

export type Job = z.infer<typeof jobSchema>
