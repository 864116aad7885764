import * as z from 'zod'
import { ACTIVATIONS } from '../metrics/activation'
import { classificationSchema, classifyJsonSchema, classifyParametersSchema, flag, modelRefSchema } from './contract'

/** Spellings of an embedding, by their names in OpenAI's embeddings API. */
const ENCODING_FORMATS = ['float', 'base64'] as const
export type EncodingFormat = (typeof ENCODING_FORMATS)[number]

/** The options of an embedding, from the query, form or JSON. */
export const embedParametersSchema = z.object({
  ...classifyParametersSchema.pick({ model: true, crop: true }).shape,
  normalize: flag
    .default(false)
    .meta({ description: 'Whether to divide the embedding by its Euclidean (L2) length, so that it has length 1.' }),
  kinds: flag.default(false).meta({
    description:
      'Whether to return the scores of kinds of things as well, such as “dog” or “vehicle”. Custom models learn from both.',
  }),
  encoding_format: z.enum(ENCODING_FORMATS).default('float').meta({
    description: 'float: a list of numbers. base64: the bytes of the same numbers as float32, little-endian.',
  }),
})

const MAX_TEXTS = 256
/** Characters of a text; more than any model's tokens. */
export const MAX_TEXT_LENGTH = 2000

/** Texts to embed, one or several. */
export const textsSchema = z
  .union([z.string().transform((text) => [text]), z.array(z.string())], { error: 'expected a text or a list of texts' })
  .pipe(
    z
      .array(z.string().max(MAX_TEXT_LENGTH, `a text has at most ${MAX_TEXT_LENGTH} characters`))
      .min(1, 'it is empty')
      .max(MAX_TEXTS, `there are at most ${MAX_TEXTS} texts in a request`),
  )

export const embedJsonSchema = z
  .object({
    ...classifyJsonSchema.pick({ image: true, url: true }).shape,
    text: textsSchema.optional().meta({
      description: `Instead of a photo, for a text-image model: a text or at most ${MAX_TEXTS}. Their embeddings are in the same space as those of photos.`,
    }),
    ...embedParametersSchema.partial().shape,
  })
  .meta({ id: 'EmbedJson' })

export const embeddingSchema = z
  .object({
    request_id: z.string(),
    model: modelRefSchema.pick({ id: true, type: true, revision: true }),
    embedding: z
      .union([z.array(z.number()), z.string()])
      .meta({ description: 'The input of the model’s last layer: numbers, or their bytes in base64.' }),
    dimensions: z
      .int()
      .min(1)
      .meta({ description: 'The number of values.', examples: [1280] }),
    kinds: z
      .union([z.array(z.number()), z.string()])
      .nullable()
      .optional()
      .meta({
        description:
          'The probability of each kind of thing that the model knows, in a fixed order. Only if requested; null if the labels of the model have no kinds.',
      }),
    normalized: z.boolean().meta({ description: 'Whether it has length 1.' }),
    ...classificationSchema.pick({ image: true, area: true, timings: true }).shape,
  })
  .meta({ id: 'Embedding' })

const vector = z.union([z.array(z.number()), z.string()])

export const textEmbeddingsSchema = z
  .object({
    request_id: z.string(),
    model: modelRefSchema.pick({ id: true, type: true, revision: true }),
    embeddings: z.array(vector).meta({ description: 'One per text, in order: numbers, or their bytes in base64.' }),
    dimensions: z
      .int()
      .min(1)
      .meta({ description: 'The number of values.', examples: [512] }),
    truncated: z
      .array(z.boolean())
      .meta({ description: 'Whether each text was cut, because it has more tokens than the model takes.' }),
    similarity: z
      .object({ scale: z.number(), bias: z.number(), activation: z.enum(ACTIVATIONS) })
      .meta({ description: 'A score is activation(scale × cosine + bias), with the cosine of a text and a photo.' }),
    normalized: z.boolean().meta({ description: 'Whether they have length 1.' }),
  })
  .meta({ id: 'TextEmbeddings' })

export type TextEmbeddingsReply = z.infer<typeof textEmbeddingsSchema>

export type EmbeddingReply = z.infer<typeof embeddingSchema>
