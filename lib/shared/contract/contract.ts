import * as z from 'zod'
import { ACTIVATIONS } from '../metrics/activation'
import { PROBLEM_TYPES } from '../metrics/multi-label'
import { UNCERTAIN_REASONS } from '../metrics/uncertainty'
import { PROBLEMS, type ProblemCode } from '../problems/problem'
import { MAX_CANDIDATE_LABELS, splitLabels } from '../zero-shot/candidate-labels'
import { DEFAULT_TEMPLATE } from '../zero-shot/template'
import { areaSchema, cropParameterSchema } from './crop'
import { DEFAULT_TOP_K } from './top-k'

/** The API contract as zod schemas. Types, validation, the OpenAPI document and the client all derive from these. */

export const MODEL_TYPES = ['fast', 'balanced', 'accurate'] as const

/** Larger values are mistakes: no classifier has that many labels. */
export const MAX_TOP_K = 100_000

const score = z.number().min(0).max(1)

export const predictionSchema = z
  .object({
    label: z.string().meta({ description: 'Human-readable label, unique within the model.', examples: ['espresso'] }),
    score: score.meta({ description: 'Probability from 0 to 1, unrounded.', examples: [0.9271931648254395] }),
    index: z
      .int()
      .min(0)
      .meta({ description: "Position in the model's output.", examples: [967] }),
    selected: z.boolean().optional().meta({
      description:
        'Whether the label applies: its score is at least its threshold. Only for a model of which any number of labels may apply.',
    }),
    synonyms: z
      .array(z.string())
      .optional()
      .meta({
        description: 'Other names of the label, if there are any: `polar bear` for `ice bear`.',
        examples: [['polar bear', 'Ursus Maritimus']],
      }),
    note: z.string().optional().meta({ description: 'What users should know about this label.' }),
  })
  .meta({ id: 'Prediction' })

const problemTypeSchema = z.enum(PROBLEM_TYPES).meta({
  description:
    'single_label_classification: one label is right, and scores sum to 1; multi_label_classification: any number of labels may apply, none included, and each has a score of its own.',
})

export const modelRefSchema = z
  .object({
    id: z.string().meta({ examples: ['efficientnet-lite1-int8'] }),
    type: z.string().nullable().meta({ description: 'fast, balanced, accurate, or null for any other model.' }),
    revision: z.string().meta({
      description: 'SHA-256 of all files that determine results: graph, weights, labels, preprocessing.',
      examples: ['sha256:9c1b…'],
    }),
    calibrated: z
      .boolean()
      .meta({ description: 'Whether scores are calibrated: of results with this score, that share is right.' }),
    problem_type: problemTypeSchema,
  })
  .meta({ id: 'ModelRef' })

export type ModelRef = z.infer<typeof modelRefSchema>

const milliseconds = z.number().min(0)
const sizeSchema = z.object({ width: z.int().min(1), height: z.int().min(1) })

export const previewSchema = z
  .object({
    image: z.string().meta({ description: 'The model input, as a data: URL of a PNG.' }),
    width: z.int().min(1),
    height: z.int().min(1),
    orientation: z
      .int()
      .min(1)
      .max(8)
      .meta({ description: 'EXIF orientation that was corrected; 1 means already upright.' }),
    resize: sizeSchema.meta({
      description: 'Size of the whole upright photo, or of the requested crop, after resizing, in pixels.',
    }),
    crop: z
      .object({ left: z.int(), top: z.int(), ...sizeSchema.shape })
      .meta({ description: 'The part of the resized photo that was used.' }),
    interpolation: z.string().meta({ examples: ['bicubic'] }),
  })
  .meta({ id: 'Preview' })

export type Preview = z.infer<typeof previewSchema>

export const classificationSchema = z
  .object({
    request_id: z.string(),
    model: modelRefSchema,
    predictions: z.array(predictionSchema).meta({
      description:
        'Best first; at most top_k, each with a score of at least threshold. Without top_k, a multi-label model returns every label that applies.',
    }),
    uncertain: z.boolean().meta({
      description:
        'Whether the result is uncertain, by limits measured for this model. Don’t rely on uncertain results.',
    }),
    uncertain_reason: z.enum(UNCERTAIN_REASONS).nullable().meta({
      description:
        'unlike_known: unlike anything the model was trained on; small_margin: two labels are about equally likely; low_score: more likely wrong than right; near_threshold: the score of a label is close to its threshold (multi-label models).',
    }),
    image: z.object({
      width: z.int().min(1).meta({ description: 'In pixels, upright (EXIF orientation applied).' }),
      height: z.int().min(1),
      format: z.string().meta({ examples: ['jpeg'] }),
      bytes: z.int().min(1),
    }),
    area: areaSchema.meta({
      description:
        'The part of the upright photo that the model received, in pixels of the photo: its center crop, or the requested crop. It extends beyond the photo where the input is padded.',
    }),
    timings: z.object({
      queue_ms: milliseconds.meta({ description: 'Time waiting for a worker and between its stages.' }),
      decode_ms: milliseconds.meta({ description: 'Time for decoding, rotating, resizing and cropping.' }),
      run_ms: milliseconds.meta({ description: 'Time for the model itself.' }),
      total_ms: milliseconds.meta({ description: 'Time from the complete upload to the result.' }),
    }),
    preview: previewSchema.optional().meta({ description: 'The model input; only if requested.' }),
  })
  .meta({ id: 'Classification' })

export type Classification = z.infer<typeof classificationSchema>
export type Prediction = z.infer<typeof predictionSchema>

/** A number from JSON, or its spelling in a query or form. */
function numeric(spelling: RegExp, error: string) {
  return z.union([z.number(), z.string().regex(spelling).transform(Number)], { error })
}

export const integer = numeric(/^\d{1,9}$/, 'expected a whole number')
const decimal = numeric(/^\d{1,9}(\.\d{1,20})?(e-?\d{1,3})?$/i, 'expected a number')

/** A boolean from JSON, or its spelling in a query or form. */
export const flag = z
  .union([z.boolean(), z.enum(['0', '1', 'false', 'true']).transform((word) => word === '1' || word === 'true')], {
    error: 'expected 0, 1, false or true',
  })
  .pipe(z.boolean())

/** Labels as a list from JSON or a repeated parameter, or as one text with commas. `labelWords` checks them. */
export const candidateLabelsSchema = z
  .union([z.array(z.string()), z.string().transform(splitLabels)], { error: 'expected labels' })
  .pipe(z.array(z.string()))
  .meta({
    description: `Labels to choose from, for a text-image model (GET /api/models: text isn’t null). A list, or one text with commas between them, in which a label with a comma stands in double quotes. At most ${MAX_CANDIDATE_LABELS}.`,
    examples: [['cat', 'dog', 'bolts, M8']],
  })

/** The options of a classification, from the query, form or JSON. */
export const classifyParametersSchema = z.object({
  model: z
    .string()
    .min(1)
    .max(200)
    .optional()
    .meta({ description: 'Id or type of a model. Defaults to the default model.' }),
  top_k: integer
    .pipe(z.int().min(1).max(MAX_TOP_K))
    .optional()
    .meta({
      description: `Maximum number of predictions, ${DEFAULT_TOP_K} if absent. A model with fewer labels returns all of them. If absent, a multi-label model returns every label that applies, even if these are more.`,
    }),
  threshold: decimal
    .pipe(z.number().min(0).max(1))
    .default(0)
    .meta({ description: 'Omit predictions with a lower score.' }),
  candidate_labels: candidateLabelsSchema.optional(),
  hypothesis_template: z
    .string()
    .optional()
    .meta({
      description: `The text that photos are compared with, with {} for the label. Defaults to ${DEFAULT_TEMPLATE}`,
      examples: ['a satellite photo of {}'],
    }),
  crop: cropParameterSchema.optional(),
  preview: flag.default(false).meta({ description: 'Whether to return the model input.' }),
})

/** JSON Schema of a URL. `url_refused` reports whether a URL is allowed. ASCII only, so that characters are bytes. */
export const WEB_ADDRESS = { format: 'uri', pattern: '^https?://[!-~]+$' }
/** A photo in base64, in either alphabet. */
const BASE64 = '^(data:[!-+.-~-]*;base64,)?[A-Za-z0-9+/_-]{2,}={0,2}$'

export const classifyJsonSchema = z
  .object({
    image: z
      .string()
      .optional()
      .meta({ description: 'The photo as base64 or as a data: URL.', contentEncoding: 'base64', pattern: BASE64 }),
    url: z
      .string()
      .optional()
      .meta({
        description: 'Instead of image: the http(s) URL of the photo, which the server fetches.',
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
    error: z.string().nullable().meta({ description: 'Why the model failed to load.' }),
    license: z.string().nullable(),
    classes: z.int().min(0),
    input: z.object({ width: z.int(), height: z.int() }).nullable(),
    bytes: z.int().min(0),
    revision: z.string(),
    calibrated: z.boolean(),
    problem_type: problemTypeSchema,
    thresholds: z
      .union([score, z.array(score)])
      .nullable()
      .meta({
        description:
          'The score from which a label applies: one number for all labels, or one for each in their order; null unless problem_type is multi_label_classification.',
      }),
    temperature: z
      .number()
      .nullable()
      .meta({ description: 'Divisor of the logits; null if the model isn’t calibrated.' }),
    embedding: z
      .object({ dimensions: z.int().min(1), kinds: z.int().min(0) })
      .nullable()
      .meta({
        description:
          'The embeddings that `POST /api/embed` returns: their length, and the number of kinds of things that have scores; null if the model has none.',
      }),
    embedding_reason: z.string().nullable().meta({ description: 'Why a loaded model has no embedding.' }),
    base_model: z
      .object({ id: z.string(), revision: z.string() })
      .nullable()
      .meta({ description: 'The model that a custom model builds on; null for any other model.' }),
    head: z.enum(['linear', 'cosine', 'groups']).nullable().meta({
      description:
        'What a custom model is: linear learned from photos, cosine compares photos with words, groups adds up the scores of its base; null for any other model.',
    }),
    text: z
      .object({ max_tokens: z.int().min(2), activation: z.enum(ACTIVATIONS) })
      .nullable()
      .meta({
        description:
          'Set for a text-image model, which takes labels in words: the tokens of a text, and what makes scores (softmax: they sum to 1; sigmoid: each label has its own). It has no labels of its own.',
      }),
  })
  .meta({ id: 'ModelInfo' })

/** Body of `POST /api/photo`. */
export const photoRequestSchema = z
  .object({
    url: z
      .string()
      .min(1)
      .max(8000)
      .meta({ description: 'The http(s) URL of a photo.', ...WEB_ADDRESS }),
  })
  .meta({ id: 'PhotoRequest' })

export const labelSchema = z
  .object({
    index: z.int().min(0),
    label: z.string(),
    others: z
      .array(z.string())
      .meta({ description: 'Other names; for an ImageNet class, its WordNet id and synonyms.' }),
    kinds: z
      .array(z.string())
      .optional()
      .meta({
        description: 'What the label is a kind of, nearest first; only for ImageNet classes.',
        examples: [['parrot', 'bird', 'animal']],
      }),
    group: z
      .string()
      .optional()
      .meta({
        description: 'A group to browse the labels by; only for ImageNet classes.',
        examples: ['birds'],
      }),
    threshold: score
      .optional()
      .meta({ description: 'The score from which the label applies; only for a multi-label model.' }),
    note: z.string().optional().meta({ description: 'What users should know about this label.' }),
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
    running: z.int().min(0).meta({ description: 'Photos being processed by workers.' }),
    workers: z.object({ ready: z.int().min(0), wanted: z.int().min(1) }),
    jobs: z
      .object({
        state: z.enum(['ok', 'waiting']),
        reason: z.enum(['lease', 'storage_full', 'storage_unavailable', 'redis_unavailable']).nullable(),
      })
      .nullable()
      .meta({
        description: 'Whether batch jobs are running, and what they are waiting for; null if they are turned off.',
      }),
    redis: z
      .enum(['ok', 'lost'])
      .nullable()
      .meta({ description: 'Whether the Redis that instances share responds; null if there is none.' }),
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
