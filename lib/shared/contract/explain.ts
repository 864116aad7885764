import * as z from 'zod'
import { classifyJsonSchema, classifyParametersSchema, flag, modelRefSchema } from './contract'
import { areaSchema } from './crop'

/** How an explanation is computed. */
export const EXPLAIN_METHODS = ['rise', 'occlusion'] as const
export type ExplainMethod = (typeof EXPLAIN_METHODS)[number]

/** The options of an explanation. */
export const explainParametersSchema = z.object({
  model: classifyParametersSchema.shape.model,
  crop: classifyParametersSchema.shape.crop,
  candidate_labels: classifyParametersSchema.shape.candidate_labels,
  hypothesis_template: classifyParametersSchema.shape.hypothesis_template,
  label: z
    .string()
    .min(1)
    .max(200)
    .optional()
    .meta({ description: 'The label to explain, by name or index. Defaults to the best one.' }),
  method: z.enum(EXPLAIN_METHODS).default('rise').meta({
    description:
      'rise: hides random parts of the photo; occlusion: slides a window over the photo that hides what it covers.',
  }),
  png: flag.default(false).meta({ description: 'Whether to also return the heatmap as a PNG to overlay on the area.' }),
})

export const explainJsonSchema = z
  .object({
    ...classifyJsonSchema.pick({ image: true, url: true }).shape,
    ...explainParametersSchema.partial().shape,
  })
  .meta({ id: 'ExplainJson' })

export const explanationSchema = z
  .object({
    request_id: z.string(),
    model: modelRefSchema,
    label: z.object({ label: z.string(), index: z.int().min(0), score: z.number().min(0).max(1) }).meta({
      description: 'The explained label and its score for the whole photo.',
    }),
    method: z.enum(EXPLAIN_METHODS),
    grid: z
      .object({
        width: z.int().min(1),
        height: z.int().min(1),
        values: z.array(z.number()).meta({
          description:
            "Row by row: how much higher the label's score is on average with this cell visible than with it hidden.",
        }),
      })
      .meta({ description: 'The heatmap.' }),
    area: areaSchema.meta({
      description: 'The part of the upright photo that the model received and the grid covers, in pixels of the photo.',
    }),
    image: z.object({ width: z.int().min(1), height: z.int().min(1) }).meta({ description: 'The upright photo.' }),
    runs: z.int().min(1).meta({ description: 'Number of model runs.' }),
    timings: z.object({
      run_ms: z.number().min(0).meta({ description: 'Time for the model over all runs.' }),
      total_ms: z.number().min(0).meta({ description: 'Time from the complete upload to the result.' }),
    }),
    png: z.string().optional().meta({ description: 'The heatmap as a data: URL of a PNG; only if requested.' }),
  })
  .meta({ id: 'Explanation' })

export type Explanation = z.infer<typeof explanationSchema>
