import { z } from 'zod'
import { isZipEncoding, ZIP_ENCODINGS } from '../files/zip-names'
import { classifyParametersSchema, flag, WEB_ADDRESS } from './contract'

/** `done` and `cancelled` are for good; a paused job goes on by itself, or when it is told to. */
export const JOB_STATES = ['running', 'paused', 'done', 'cancelled'] as const
export type JobState = (typeof JOB_STATES)[number]

/** An encoding of names in a ZIP. It stands here and not beside the decoder, which browsers load without zod. */
export const zipEncodingSchema = z
  .string()
  .max(40)
  .refine(isZipEncoding, 'It is no encoding, such as gbk, shift_jis, euc-kr, big5 or cp437.')

const zipNames = zipEncodingSchema.optional().meta({
  description:
    'Encoding of names in a ZIP that do not say theirs, such as gbk, shift_jis, euc-kr, big5 or cp437; else it is told by the names, where that is sure.',
  enum: [...ZIP_ENCODINGS],
})

/** What a caller may ask for when a job is made. */
export const jobParametersSchema = z
  .object({
    ...classifyParametersSchema.pick({ model: true, top_k: true, threshold: true }).shape,
    callback_url: z
      .string()
      .min(1)
      .max(2000)
      .optional()
      .meta({ description: 'Told when the job ends: POST of the job as JSON, signed.', ...WEB_ADDRESS }),
    source: z.string().max(1000).optional().meta({
      description: 'Photos of a bucket instead of an upload, s3://bucket/prefix; only where this server may read.',
      pattern: '^s3://[a-z0-9][a-z0-9.-]{1,61}[a-z0-9](/.*)?$',
    }),
    zip_names: zipNames,
    open: flag.default(false).meta({ description: 'Whether more photos will follow, until the job is closed.' }),
  })
  .meta({ id: 'JobOptions' })

export type JobParameters = z.output<typeof jobParametersSchema>

const count = z.int().min(0)

export const jobSchema = z
  .object({
    id: z.string().meta({ description: 'Not to be guessed: whoever knows it may read and end the job.' }),
    state: z.enum(JOB_STATES),
    reason: z
      .enum(['storage_full', 'storage_unavailable', 'requested', 'dead_letters'])
      .nullable()
      .meta({ description: 'Why it is paused.' }),
    open: z.boolean().meta({ description: 'Whether it takes more photos.' }),
    source: z.string().nullable().meta({ description: 'The place in a bucket that its photos are of.' }),
    listing: z.boolean().meta({ description: 'Whether the source is still being listed: the total grows.' }),
    model: z.object({ id: z.string(), revision: z.string() }),
    top_k: z.int().min(1),
    threshold: z.number().min(0).max(1),
    counts: z.object({ total: count, done: count, ok: count, failed: count }),
    rate: z.number().min(0).nullable().meta({ description: 'Photos a second of late; null where none runs.' }),
    eta_s: z.number().min(0).nullable(),
    created_at: z.string(),
    finished_at: z.string().nullable(),
    callback: z
      .object({ state: z.enum(['waiting', 'delivered', 'given_up']), attempts: count })
      .nullable()
      .meta({ description: 'Whether its end was told to the callback_url.' }),
    callback_secret: z
      .string()
      .optional()
      .meta({ description: 'Only in the reply that makes the job: what callbacks are signed with.' }),
    expires_at: z.string().nullable().meta({ description: 'When it is deleted with its results.' }),
  })
  .meta({ id: 'Job' })

/** Photos of a job that workers have given up together: they are tried again with the job's failed ones. */
export const deadLetterSchema = z
  .object({
    job: z.string(),
    shard: count.meta({ description: 'Which hundred of the job’s photos, from 0.' }),
    attempts: count,
    reason: z.string(),
    failed_at: z.string(),
  })
  .meta({ id: 'DeadLetter' })

export type DeadLetter = z.infer<typeof deadLetterSchema>

/** How photos are added to an open job. */
export const addParametersSchema = z.object({
  zip_names: zipNames,
  unique: flag.default(false).meta({ description: 'Leave out what the job has already, by name: safe to send again.' }),
})

/** Which photos of a job are listed. */
export const photosParametersSchema = z.object({
  offset: z
    .string()
    .regex(/^\d{1,9}$/)
    .transform(Number)
    .default(0),
})

/** Names of a job's photos, a page at a time. */
export const jobPhotosSchema = z
  .object({
    files: z.array(z.string()).meta({ description: 'In the order of their index, beginning with the offset.' }),
    total: count,
  })
  .meta({ id: 'JobPhotos' })

export type JobPhotos = z.infer<typeof jobPhotosSchema>

export type Job = z.infer<typeof jobSchema>
