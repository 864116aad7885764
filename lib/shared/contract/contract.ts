import { z } from 'zod'
import { UNCERTAIN_REASONS } from '../metrics/uncertainty'
import { PROBLEMS, type ProblemCode } from '../problems/problem'

/**
 * The contract of the API as zod schemas. Types, validation, the OpenAPI document and the client stand on these
 * and on nothing else.
 */

export const MODEL_TYPES = ['fast', 'balanced', 'accurate'] as const
export type ModelType = (typeof MODEL_TYPES)[number]

export const DEFAULT_TOP_K = 5
/** More is a slip of the hand: no classifier has as many labels. */
export const MAX_TOP_K = 100_000

const score = z.number().min(0).max(1)

export const predictionSchema = z
  .object({
    label: z.string().meta({ description: 'Human label, unique within the model.', examples: ['espresso'] }),
    score: score.meta({ description: 'Probability from 0 to 1, not rounded.', examples: [0.9271931648254395] }),
    index: z
      .int()
      .min(0)
      .meta({ description: "Position in the model's output.", examples: [967] }),
    note: z.string().optional().meta({ description: 'What a reader should know of this label.' }),
  })
  .meta({ id: 'Prediction' })

export const modelRefSchema = z
  .object({
    id: z.string().meta({ examples: ['efficientnet-lite1-int8'] }),
    type: z.string().nullable().meta({ description: 'fast, balanced, accurate, or null for any other model.' }),
    revision: z.string().meta({
      description: 'SHA-256 over all files that decide an answer: graph, weights, labels, preprocessing.',
      examples: ['sha256:9c1b…'],
    }),
    calibrated: z.boolean().meta({ description: 'Whether a score is the share of such answers that are right.' }),
  })
  .meta({ id: 'ModelRef' })

const milliseconds = z.number().min(0)
const sizeSchema = z.object({ width: z.int().min(1), height: z.int().min(1) })

export const previewSchema = z
  .object({
    image: z.string().meta({ description: 'The pixels that the model saw, as a data: URL of a PNG.' }),
    width: z.int().min(1),
    height: z.int().min(1),
    orientation: z.int().min(1).max(8).meta({ description: 'EXIF orientation that was undone; 1 is upright already.' }),
    resize: sizeSchema.meta({ description: 'Size of the whole upright picture after the resize, in pixels.' }),
    crop: z
      .object({ left: z.int(), top: z.int(), ...sizeSchema.shape })
      .meta({ description: 'The part of it that was taken.' }),
    interpolation: z.string().meta({ examples: ['bicubic'] }),
  })
  .meta({ id: 'Preview' })

export type Preview = z.infer<typeof previewSchema>

export const classificationSchema = z
  .object({
    request_id: z.string(),
    model: modelRefSchema,
    predictions: z.array(predictionSchema).meta({ description: 'Best first; at most top_k, each ≥ threshold.' }),
    uncertain: z.boolean().meta({ description: 'By limits measured for this model: do not rely on it.' }),
    uncertain_reason: z.enum(UNCERTAIN_REASONS).nullable().meta({
      description:
        'unlike_known: unlike the photos that the model knows; small_margin: two labels are about equally likely; low_score: more likely wrong than right.',
    }),
    image: z.object({
      width: z.int().min(1).meta({ description: 'Pixels, upright (EXIF orientation applied).' }),
      height: z.int().min(1),
      format: z.string().meta({ examples: ['jpeg'] }),
      bytes: z.int().min(1),
    }),
    timings: z.object({
      queue_ms: milliseconds.meta({ description: 'Waiting for a worker, and between its stages.' }),
      decode_ms: milliseconds.meta({ description: 'Decoding, turning, resizing, cropping.' }),
      run_ms: milliseconds.meta({ description: 'The model itself.' }),
      total_ms: milliseconds.meta({ description: 'From the complete upload to the answer.' }),
    }),
    preview: previewSchema.optional().meta({ description: 'What the model saw; only where it was asked for.' }),
  })
  .meta({ id: 'Classification' })

export type Classification = z.infer<typeof classificationSchema>
export type Prediction = z.infer<typeof predictionSchema>

/** A number as JSON has it, or as a query or a form spells it. */
function numeric(spelling: RegExp, error: string) {
  return z.union([z.number(), z.string().regex(spelling).transform(Number)], { error })
}

const integer = numeric(/^\d{1,9}$/, 'expected a whole number')
const decimal = numeric(/^\d{1,9}(\.\d{1,20})?(e-?\d{1,3})?$/i, 'expected a number')

/** Yes or no as JSON has it, or as a query or a form spells it. */
export const flag = z
  .union([z.boolean(), z.enum(['0', '1', 'false', 'true']).transform((word) => word === '1' || word === 'true')], {
    error: 'expected 0, 1, false or true',
  })
  .pipe(z.boolean())

/** What a caller may ask for besides the photo, by query, form or JSON. */
export const classifyParametersSchema = z.object({
  model: z
    .string()
    .min(1)
    .max(200)
    .optional()
    .meta({ description: 'Id or type of a model; the default type if absent.' }),
  top_k: integer
    .pipe(z.int().min(1).max(MAX_TOP_K))
    .default(DEFAULT_TOP_K)
    .meta({ description: 'How many predictions at most; a model of fewer labels gives all that it has.' }),
  threshold: decimal
    .pipe(z.number().min(0).max(1))
    .default(0)
    .meta({ description: 'Leave out predictions with a lower score.' }),
  preview: flag.default(false).meta({ description: 'Whether to send back what the model saw.' }),
})

export type ClassifyParameters = z.infer<typeof classifyParametersSchema>

/** What the description of the API says of an address; whether one is fetched is said by `url_refused`. In ASCII, so that letters are bytes. */
export const WEB_ADDRESS = { format: 'uri', pattern: '^https?://[!-~]+$' }
/** Of a photo in base64, in either alphabet. */
const BASE64 = '^(data:[!-+.-~-]*;base64,)?[A-Za-z0-9+/_-]{2,}={0,2}$'

export const classifyJsonSchema = z
  .object({
    image: z
      .string()
      .optional()
      .meta({ description: 'The photo in base64, or as a data: URL.', contentEncoding: 'base64', pattern: BASE64 }),
    url: z
      .string()
      .optional()
      .meta({
        description: 'Instead of it: the http(s) address of the photo, which the server fetches.',
        ...WEB_ADDRESS,
      }),
    ...classifyParametersSchema.partial().shape,
  })
  .meta({ id: 'ClassifyJson' })

export const modelInfoSchema = z
  .object({
    id: z.string(),
    type: z.string().nullable(),
    title: z.string(),
    default: z.boolean(),
    status: z.enum(['ready', 'loading', 'failed']),
    error: z.string().nullable().meta({ description: 'Why a failed model does not serve.' }),
    license: z.string().nullable(),
    classes: z.int().min(0),
    input: z.object({ width: z.int(), height: z.int() }).nullable(),
    bytes: z.int().min(0),
    revision: z.string(),
    calibrated: z.boolean(),
    temperature: z
      .number()
      .nullable()
      .meta({ description: 'Logits are divided by it; null where the model is not calibrated.' }),
  })
  .meta({ id: 'ModelInfo' })

/** Body of `POST /api/photo`. */
export const photoRequestSchema = z
  .object({
    url: z
      .string()
      .min(1)
      .max(8000)
      .meta({ description: 'The http(s) address of a photo.', ...WEB_ADDRESS }),
  })
  .meta({ id: 'PhotoRequest' })

export const labelSchema = z
  .object({
    index: z.int().min(0),
    label: z.string(),
    others: z.array(z.string()).meta({ description: 'Other names; of an ImageNet class its WordNet id and synonyms.' }),
    note: z.string().optional().meta({ description: 'What a reader should know of this label.' }),
  })
  .meta({ id: 'Label' })

export const labelsReplySchema = z.object({ labels: z.array(labelSchema) }).meta({ id: 'Labels' })

export type Label = z.infer<typeof labelSchema>

export type ModelInfo = z.infer<typeof modelInfoSchema>

export const modelsReplySchema = z.object({ models: z.array(modelInfoSchema) }).meta({ id: 'Models' })

export const healthSchema = z.object({ status: z.enum(['ok', 'unavailable']) }).meta({ id: 'Health' })

export const statusSchema = z
  .object({
    status: z.enum(['ok', 'unavailable']),
    version: z.string(),
    uptime_s: z.number().min(0),
    models: z.array(z.object({ id: z.string(), status: z.enum(['ready', 'loading', 'failed']) })),
    queue: z.object({ photos: z.int().min(0), limit: z.int().min(1) }),
    running: z.int().min(0).meta({ description: 'Photos inside workers.' }),
    workers: z.object({ ready: z.int().min(0), wanted: z.int().min(1) }),
    jobs: z
      .object({
        state: z.enum(['ok', 'waiting']),
        reason: z.enum(['lease', 'storage_full', 'storage_unavailable', 'redis_unavailable']).nullable(),
      })
      .nullable()
      .meta({ description: 'Whether batch jobs go on, and what they wait for; null where this server has none.' }),
    redis: z
      .enum(['ok', 'lost'])
      .nullable()
      .meta({ description: 'Whether the Redis that instances share answers; null where this server shares none.' }),
  })
  .meta({ id: 'Status' })

export const problemSchema = z
  .object({
    type: z.string(),
    title: z.string(),
    status: z.int(),
    detail: z.string(),
    code: z.enum(Object.keys(PROBLEMS) as [ProblemCode, ...ProblemCode[]]),
    request_id: z.string(),
  })
  .meta({ id: 'Problem' })
