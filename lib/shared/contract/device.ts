import * as z from 'zod'
import { INTERPOLATIONS } from '../image/preprocessor'
import { SCORE_KINDS } from '../inference/read-logits'
import { ACTIVATIONS } from '../metrics/activation'
import { HEAD_KINDS } from '../training/folder/custom-config'
import { modelRefSchema, predictionSchema } from './contract'

/** What a browser needs to run a model itself. */

const side = z.int().min(1)
const size = z.object({ width: side, height: side })

export const deviceModelSchema = z
  .object({
    model: modelRefSchema,
    graph: z
      .object({ sha256: z.string(), bytes: z.int().min(1) })
      .meta({ description: 'The ONNX file: SHA-256 in hexadecimal, and size.' }),
    preprocessor: z
      .object({
        resize: z
          .union([z.object({ shortestEdge: side }), size, z.object({ fit: size, rounding: z.enum(['down', 'even']) })])
          .nullable()
          .meta({ description: 'Shorter side in pixels, both sides, or the box that the whole photo fits in.' }),
        crop: size.nullable().meta({ description: 'Center crop in pixels, after the resize.' }),
        cropRounding: z.enum(['down', 'even']),
        padding: z
          .object({
            position: z.enum(['center', 'start']),
            color: z.tuple([z.number(), z.number(), z.number()]).readonly(),
          })
          .optional()
          .meta({
            description:
              'What is around a photo that doesn’t fill the input; black, with the photo in the center, if absent.',
          }),
        interpolation: z.enum(INTERPOLATIONS),
        normalisation: z
          .object({ rescale: z.number(), mean: z.array(z.number()), std: z.array(z.number()) })
          .nullable()
          .meta({ description: 'Pixel p of channel c becomes (p × rescale − mean[c]) / std[c].' }),
        channels: z.enum(['rgb', 'bgr', 'grey']),
      })
      .meta({ description: 'How a photo becomes the input of the model.' }),
    input: z.object({
      name: z.string(),
      type: z.enum(['uint8', 'float32', 'float16']),
      layout: z.enum(['nhwc', 'nchw']),
      channels: z.union([z.literal(1), z.literal(3)]),
      ...size.shape,
      batch: side.meta({ description: 'Photos in a run; more than 1 only if the graph has a fixed number.' }),
    }),
    output: z.object({
      name: z.string(),
      scores: z.enum(SCORE_KINDS),
    }),
    embedding: z
      .object({
        name: z.string(),
        isOutput: z.boolean().meta({
          description: 'Whether the graph has it among its outputs; if not, a browser declares it as one.',
        }),
        spatial: z.boolean().meta({ description: 'Whether it may have a position per pixel, to be averaged.' }),
        dimensions: side,
      })
      .nullable()
      .meta({ description: 'The tensor of the graph that holds the embedding; null if there is none.' }),
    kinds: z
      .array(z.array(z.int().min(0)))
      .nullable()
      .meta({ description: 'The outputs that are of each kind of thing; null if the labels have no kinds.' }),
    head: z
      .object({
        kind: z.enum(HEAD_KINDS),
        file: z.string().meta({ description: '`head.safetensors` in base64.' }),
        baseTemperature: z.number().positive().meta({ description: 'Divides the logits of the base model.' }),
      })
      .nullable()
      .meta({ description: 'Of a custom model: graph, input, output, and embedding are those of its base.' }),
    temperature: z.number().positive().meta({ description: 'Divides the logits before they become scores.' }),
    activation: z.enum(ACTIVATIONS),
    uncertainty: z
      .object({
        scoreBelow: z.number(),
        marginBelow: z.number(),
        entropyAbove: z.number().nullable(),
        likenessBelow: z.number().nullable(),
      })
      .nullable()
      .meta({ description: 'Limits beyond which a result is uncertain.' }),
    multiLabel: z
      .object({ thresholds: z.array(z.number()), nearThreshold: z.number().nullable() })
      .nullable()
      .meta({
        description:
          'Of a multi-label model: the score from which each label applies, and the distance from it, in log-odds, below which a result is uncertain.',
      }),
    background: z.int().min(0).nullable().meta({ description: 'The output that stands for none of the labels.' }),
    labels: z
      .array(predictionSchema.pick({ label: true, synonyms: true, note: true }))
      .meta({ description: 'In the order of the scores.' }),
    max_pixels: side.meta({ description: 'The most pixels that a photo may have.' }),
  })
  .meta({ id: 'DeviceModel' })

export type DeviceModel = z.infer<typeof deviceModelSchema>
