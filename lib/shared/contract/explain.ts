import { z } from 'zod'
import { classifyJsonSchema, classifyParametersSchema, flag, modelRefSchema } from './contract'

/** How it is found out what a label rests on. */
export const EXPLAIN_METHODS = ['rise', 'occlusion'] as const
export type ExplainMethod = (typeof EXPLAIN_METHODS)[number]

/** What a caller may ask for besides the photo. */
export const explainParametersSchema = z.object({
  model: classifyParametersSchema.shape.model,
  label: z
    .string()
    .min(1)
    .max(200)
    .optional()
    .meta({ description: 'The label to explain, by its name or its index; the best one if absent.' }),
  method: z.enum(EXPLAIN_METHODS).default('rise').meta({
    description: 'rise: random parts of the photo are hidden; occlusion: a window that moves over it hides a part.',
  }),
  png: flag.default(false).meta({ description: 'Whether to send the map as a PNG too, to be laid over the area.' }),
})

export type ExplainParameters = z.infer<typeof explainParametersSchema>

export const explainJsonSchema = z
  .object({
    ...classifyJsonSchema.pick({ image: true, url: true }).shape,
    ...explainParametersSchema.partial().shape,
  })
  .meta({ id: 'ExplainJson' })

const boxSchema = z.object({ left: z.number(), top: z.number(), width: z.number(), height: z.number() })

export const explanationSchema = z
  .object({
    request_id: z.string(),
    model: modelRefSchema,
    label: z.object({ label: z.string(), index: z.int().min(0), score: z.number().min(0).max(1) }).meta({
      description: 'What was explained, and its score on the whole photo.',
    }),
    method: z.enum(EXPLAIN_METHODS),
    grid: z
      .object({
        width: z.int().min(1),
        height: z.int().min(1),
        values: z.array(z.number()).meta({
          description:
            "Row by row: how much higher the label's score is on average where this place is seen than where it is hidden.",
        }),
      })
      .meta({ description: 'The map.' }),
    area: boxSchema.meta({
      description: 'The part of the upright photo that the model saw and the grid covers, in pixels of the photo.',
    }),
    image: z.object({ width: z.int().min(1), height: z.int().min(1) }).meta({ description: 'The upright photo.' }),
    runs: z.int().min(1).meta({ description: 'Runs of the model that it took.' }),
    timings: z.object({
      run_ms: z.number().min(0).meta({ description: 'The model, over all runs.' }),
      total_ms: z.number().min(0).meta({ description: 'From the complete upload to the answer.' }),
    }),
    png: z.string().optional().meta({ description: 'The map as a data: URL of a PNG; only where it was asked for.' }),
  })
  .meta({ id: 'Explanation' })

export type Explanation = z.infer<typeof explanationSchema>
