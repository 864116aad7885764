import { z } from 'zod'

/** What of a visitor's verdict may be kept: nothing, verdict and labels, or the photo too where the visitor agrees. */
export const FEEDBACK_MODES = ['off', 'labels', 'photos'] as const
export type FeedbackMode = (typeof FEEDBACK_MODES)[number]

export const VERDICTS = ['right', 'wrong'] as const
export type Verdict = (typeof VERDICTS)[number]

/** A vote is known by a name that its sender makes up: sent again it counts once, and a later one with the same name corrects it. */
const voteId = z
  .string()
  .regex(/^[\w-]{16,64}$/)
  .meta({ description: 'Made up by the sender, by chance. The last vote of an id counts.' })

/** Body of `POST /api/feedback`. */
export const feedbackRequestSchema = z
  .object({
    id: voteId,
    model: z.string().min(1).max(200).meta({ description: 'Id of the model that answered.' }),
    revision: z
      .string()
      .regex(/^sha256:[0-9a-f]{64}$/)
      .meta({ description: 'Of the answer.' }),
    index: z.int().min(0).meta({ description: 'The best label of the answer, by its index.' }),
    score: z.number().min(0).max(1),
    verdict: z.enum(VERDICTS),
    correct: z
      .int()
      .min(0)
      .nullable()
      .default(null)
      .meta({ description: 'Where the answer is wrong: the index of the right label, if the visitor knows it.' }),
    request_id: z.string().max(128).default('').meta({ description: 'Of the answer.' }),
    photo: z
      .string()
      .optional()
      .meta({ description: 'The photo in base64, where the visitor lets it be kept.', contentEncoding: 'base64' }),
  })
  .meta({ id: 'FeedbackRequest' })

export type FeedbackRequest = z.output<typeof feedbackRequestSchema>

/** A vote as it is kept. */
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
    photo: z.string().nullable().meta({ description: 'Name of the photo that was kept.' }),
  })
  .meta({ id: 'Vote' })

export type Vote = z.infer<typeof voteSchema>

export const VOTE_COLUMNS = Object.keys(voteSchema.shape) as (keyof Vote)[]

/** What a page must know to ask for votes: whether a photo may be kept too, and for how many days all is kept. */
export interface FeedbackOffer {
  photos: boolean
  days: number
}

/** What visitors say of a model: of one revision. */
export interface VoteSummary {
  votes: number
  right: number
  /** The share of right answers in truth, with 95 % (Wilson): of visitors who vote, not of all. */
  interval: [low: number, high: number]
  /** Labels that are corrected most often, and to what. */
  corrected: { label: string; votes: number; to: { label: string; votes: number }[] }[]
}
