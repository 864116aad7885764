import { z } from 'zod'
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

export const embedJsonSchema = z
  .object({
    ...classifyJsonSchema.pick({ image: true, url: true }).shape,
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

export type EmbeddingReply = z.infer<typeof embeddingSchema>
