import * as z from 'zod'
import { candidateLabelsSchema, classifyParametersSchema, flag } from './contract'

/**
 * Who may train custom models: nobody; the operator; or every visitor, and then each model can only be used by people
 * who know its ID.
 */
export const TRAINING_MODES = ['off', 'on', 'visitors'] as const

/** The ID of a custom model: it is displayed, used in URLs, and joined to paths and object keys. */
export const CUSTOM_ID = /^[a-z0-9](?:[a-z0-9_-]{0,61}[a-z0-9])?$/
const MAX_ID_LENGTH = 63

/** A name as an ID: "My parts!" → "my-parts"; null if no letter or digit of it can be part of one. */
export function idOf(title: string): string | null {
  const plain = title.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase()
  const slug = plain
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, MAX_ID_LENGTH)
    .replace(/-+$/, '')
  return CUSTOM_ID.test(slug) ? slug : null
}

/** The ID of a visitor's model: who knows it may use, change and delete the model, so that it can't be guessed. */
export const VISITOR_ID = /^m-[0-9a-f]{32}$/
const MAX_NAME_LENGTH = 100
const MAX_PURPOSE_LENGTH = 2000

/** Text on one line, without control characters or markup. */
const line = (max: number) =>
  z
    .string()
    .trim()
    .min(1, 'must not be empty')
    .max(max, `must have at most ${max} characters`)
    .regex(/^[^\p{Cc}\p{Cf}<>]*$/u, 'must not contain control characters or < and >')
    // Not every reader of a JSON Schema knows the classes of Unicode.
    .meta({ pattern: '^[^\\x00-\\x1f\\x7f-\\x9f<>]*$' })

const descriptions = {
  title: line(MAX_NAME_LENGTH).meta({ description: 'The name that people see.' }),
  purpose: line(MAX_PURPOSE_LENGTH).meta({ description: 'What the model is for.' }),
  license: line(MAX_NAME_LENGTH).meta({ description: 'License of the model, such as an SPDX identifier.' }),
}

/** What can be said about a custom model when it is trained or later. */
export const descriptionSchema = z.object({
  title: descriptions.title.optional(),
  purpose: descriptions.purpose.optional(),
  license: descriptions.license.optional(),
})
export type CustomDescription = z.output<typeof descriptionSchema>

/** Body of `PATCH /api/models/{id}`: another description, or an earlier revision to restore. */
export const changeSchema = z
  .object({
    ...descriptionSchema.shape,
    revision: z
      .string()
      .regex(/^sha256:[0-9a-f]{64}$/, 'must be sha256: and 64 lowercase hex digits')
      .optional()
      .meta({ description: 'The revision to restore. Not together with a description.' }),
  })
  .meta({ id: 'CustomModelChange' })

const job = z.string().min(1).max(100).optional().meta({
  description: 'ID of a job that is done and was created with embeddings=true: its photos are learned from.',
})

/** Options of `POST /api/models/{id}/examples`. */
export const examplesParametersSchema = z.object({
  replace: flag.default(false),
  multi_label: flag.optional().meta({
    description: 'Whether a photo may have several labels, or none. By default as before; changes need replace=true.',
  }),
  job,
})

/** Options of `POST /api/models`. */
export const trainParametersSchema = z
  .object({
    ...descriptionSchema.shape,
    id: z
      .string()
      .regex(CUSTOM_ID, 'must be 1 to 63 lowercase letters, digits, hyphens and underscores')
      .optional()
      .meta({ description: 'ID of the model. By default, it is made from the title.' }),
    words: candidateLabelsSchema.optional().meta({
      description:
        'Labels in words, for a text-image model as base: a list, or one text with commas. With photos as well, they correct the words.',
    }),
    hypothesis_template: classifyParametersSchema.shape.hypothesis_template,
    base: z
      .string()
      .min(1)
      .optional()
      .meta({ description: 'ID or type of the base model. By default, the default model, or that of the job.' }),
    multi_label: flag.default(false).meta({
      description:
        'Whether a photo may have several labels, or none. Then a labels file may have several for a photo, and each label gets a score of its own.',
    }),
    job,
  })
  .meta({ id: 'TrainParameters' })
export type TrainParameters = z.output<typeof trainParametersSchema>
