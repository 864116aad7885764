import * as z from 'zod'
import { classifyParametersSchema, MAX_TOP_K } from '@/lib/shared/contract/contract'
import { topKOf } from '@/lib/shared/contract/top-k'
import { activate } from '@/lib/shared/metrics/activation'
import { topK } from '@/lib/shared/metrics/scores'
import { labelWords } from '@/lib/shared/zero-shot/candidate-labels'
import { json } from '../../json-response'
import type { MemoryBudget } from '../../memory-budget'
import { queryParameters, readOptions } from '../../parameters'
import type { Services } from '../../services'
import type { Dialect } from '../dialect'
import { parseRequest } from '../parse-request'
import { type PhotoRequest, photoHandlers } from '../photo-runs'

const FUNCTIONS = ['softmax', 'sigmoid', 'none'] as const

const imageClassification = z.object({
  // The JavaScript client wraps the photo where there are candidate labels.
  inputs: z.union([z.string(), z.object({ image: z.string() }).transform(({ image }) => image)]),
  parameters: z
    .object({
      top_k: z.int().min(1).max(MAX_TOP_K).nullish(),
      function_to_apply: z.enum(FUNCTIONS).nullish(),
      candidate_labels: z.array(z.string()).nullish(),
      hypothesis_template: z.string().nullish(),
    })
    .nullish(),
})

/** In the URL, because the JavaScript client sends a photo without parameters. */
const inUrl = classifyParametersSchema.pick({ top_k: true }).extend({
  function_to_apply: z.enum(FUNCTIONS).optional(),
})

const featureExtraction = z.object({
  inputs: z.union([z.string(), z.array(z.string()).min(1).max(1)]),
  normalize: z.boolean().nullish(),
  parameters: z.object({ normalize: z.boolean().nullish() }).nullish(),
})

interface Label {
  label: string
  score: number
}

/**
 * The Inference API of Hugging Face: image classification, also with candidate labels, and feature extraction, as `InferenceClient` (Python) and
 * `@huggingface/inference` (JavaScript) send them to an endpoint of one's own.
 * https://huggingface.co/docs/inference-providers/tasks/image-classification
 */
export function hf(services: Services, uploads: MemoryBudget): Dialect {
  const handler = photoHandlers(services, uploads)

  const classify = handler(async (request, c) => {
    const model = c.req.param('model') ?? ''
    const ofUrl = readOptions(inUrl, queryParameters(c.req.url))
    const isJson = /^application\/json\b/i.test(c.req.header('content-type') ?? '')
    const { inputs, parameters } = isJson
      ? parseRequest(imageClassification, await request.json())
      : { inputs: null, parameters: null }
    const words = labelWords(parameters?.candidate_labels ?? undefined, parameters?.hypothesis_template ?? undefined)
    const image = inputs === null ? await request.body() : await request.photo(inputs)
    if (words !== undefined) {
      // As the pipeline, which returns a score for each label.
      const { predictions } = await request.classify(image, { model, topK: words.labels.length, words })
      return json(
        c,
        predictions.map(({ label, score }) => ({ label, score })),
      )
    }
    const { topK } = topKOf(parameters?.top_k ?? ofUrl.top_k)
    const activation = parameters?.function_to_apply ?? ofUrl.function_to_apply
    return json(c, await labels(request, services, image, { model, topK, activation }))
  })

  const embed = handler(async (request, c) => {
    const { inputs, normalize, parameters } = parseRequest(featureExtraction, await request.json())
    const image = await request.photo(typeof inputs === 'string' ? inputs : (inputs[0] ?? ''))
    const options = { model: c.req.param('model'), normalize: normalize ?? parameters?.normalize ?? false }
    const { embedding } = await request.embed(image, options)
    return json(c, [[...embedding]])
  })

  return {
    name: 'hf',
    routes: {
      '/hf/models/:model': { POST: { withQuery: classify } },
      '/hf/models/:model/pipeline/image-classification': { POST: { withQuery: classify } },
      '/hf/models/:model/pipeline/zero-shot-image-classification': { POST: { withQuery: classify } },
      '/hf/models/:model/pipeline/feature-extraction': { POST: embed },
    },
    prefixes: ['/hf'],
    // The JavaScript client repeats a request after 503 at once and for ever.
    errorReply: (problem) => ({
      status: problem.status === 503 ? 429 : problem.status,
      body: { error: problem.detail, code: problem.code },
    }),
  }
}

interface LabelOptions {
  model: string
  topK: number
  /** The function of the model's own kind if absent, as in Hugging Face's pipeline. */
  activation: (typeof FUNCTIONS)[number] | undefined
}

/**
 * The best labels. The function that the model was trained for is calibrated, as everywhere else: softmax, or sigmoid for a
 * multi-label model. The others are functions of the raw outputs.
 */
async function labels(
  request: PhotoRequest,
  { engine }: Services,
  image: Uint8Array,
  { model, topK: count, activation }: LabelOptions,
): Promise<Label[]> {
  const own = (await engine.model(model)).problem_type === 'multi_label_classification' ? 'sigmoid' : 'softmax'
  if (activation === undefined || activation === own) {
    const { predictions } = await request.classify(image, { model, topK: count })
    return predictions.map(({ label, score }) => ({ label, score }))
  }
  const signature = await engine.signature(model)
  const { logits } = await request.outputs({ image }, { model: signature.model.id, embedding: false })
  const scores = activation === 'none' ? logits : activate(logits, 1, activation)
  return topK(scores, count, signature.background).map(({ index, score }) => ({
    label: signature.labels[index] ?? String(index),
    score,
  }))
}
