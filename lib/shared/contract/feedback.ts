import * as z from 'zod'

/** What the server may store of a vote: nothing, the verdict and labels, or also the photo if the visitor agrees. */
export const FEEDBACK_MODES = ['off', 'labels', 'photos'] as const
export type FeedbackMode = (typeof FEEDBACK_MODES)[number]

const VERDICTS = ['right', 'wrong'] as const
export type Verdict = (typeof VERDICTS)[number]

/** The client chooses the id of a vote: a repeated vote counts once, and a later vote with the same id replaces it. */
const voteId = z
  .string()
  .regex(/^[\w-]{16,64}$/)
  .meta({ description: 'Random id chosen by the client. The last vote with an id counts.' })

const indices = z.array(z.int().min(0)).max(1000)

/** Body of `POST /api/feedback`. */
export const feedbackRequestSchema = z
  .object({
    id: voteId,
    model: z.string().min(1).max(200).meta({ description: 'Id of the model that gave the result.' }),
    revision: z
      .string()
      .regex(/^sha256:[0-9a-f]{64}$/)
      .meta({ description: 'Model revision of the result.' }),
    index: z.int().min(0).meta({ description: 'Index of the best label of the result.' }),
    score: z.number().min(0).max(1),
    verdict: z.enum(VERDICTS),
    correct: z
      .int()
      .min(0)
      .nullable()
      .default(null)
      .meta({ description: 'If the result is wrong: the index of the right label, if the visitor knows it.' }),
    labels: indices.optional().meta({
      description:
        'Of a multi-label model: the indices of all labels that apply by the result. The verdict is about all of them.',
    }),
    correct_labels: indices.optional().meta({
      description: 'If such a result is wrong: the indices of all labels that do apply, if the visitor knows them.',
    }),
    request_id: z.string().max(128).default('').meta({ description: 'Request id of the result.' }),
    photo: z
      .string()
      .optional()
      .meta({ description: 'The photo as base64, if the visitor agrees to share it.', contentEncoding: 'base64' }),
  })
  .meta({ id: 'FeedbackRequest' })

export type FeedbackRequest = z.output<typeof feedbackRequestSchema>

/** A vote as stored. */
export const voteSchema = z
  .object({
    id: voteId,
    time: z.iso.datetime(),
    model: z.string(),
    revision: z.string(),
    label: z.string(),
    index: z.int().min(0),
    score: z.number(),
    verdict: z.enum(VERDICTS),
    correct_label: z.string().nullable(),
    correct_index: z.int().min(0).nullable(),
    request_id: z.string(),
    photo: z.string().nullable().meta({ description: 'Name of the stored photo.' }),
    labels: z
      .array(z.string())
      .optional()
      .meta({ description: 'All labels that apply by the result; only of a multi-label model.' }),
    correct_labels: z
      .array(z.string())
      .optional()
      .meta({ description: 'All labels that do apply, if the visitor said so; only of a multi-label model.' }),
  })
  .meta({ id: 'Vote' })

export type Vote = z.infer<typeof voteSchema>

export const VOTE_COLUMNS = Object.keys(voteSchema.shape) as (keyof Vote)[]

/** What a page needs to know to collect votes: whether photos may be stored too, and for how many days. */
export interface FeedbackOffer {
  photos: boolean
  days: number
}

/** The votes on one revision of a model. */
export interface VoteSummary {
  votes: number
  right: number
  /** The 95 % interval (Wilson) of the true share of right results: among visitors who vote, not all. */
  interval: [low: number, high: number]
  /** The labels corrected most often, and to what. */
  corrected: { label: string; votes: number; to: { label: string; votes: number }[] }[]
}
