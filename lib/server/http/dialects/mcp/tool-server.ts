import { McpServer, ResourceTemplate } from '@modelcontextprotocol/server'
import * as z from 'zod'
import {
  type Classification,
  classificationSchema,
  modelRefSchema,
  predictionSchema,
} from '@/lib/shared/contract/contract'
import { EXPLAIN_METHODS } from '@/lib/shared/contract/explain'
import { DEFAULT_TOP_K, topKOf } from '@/lib/shared/contract/top-k'
import { Problem } from '@/lib/shared/problems/problem'
import { agreedOf } from '@/lib/shared/results/selected'
import type { ExplanationSlots } from '../../explanation-slots'
import type { Services } from '../../services'
import type { PhotoRequest } from '../photo-runs'
import { describeModels, describeResult, percent } from './words'

const MAX_TOP_K = 100
const MAX_MODELS = 8

const image = z
  .string()
  .min(1)
  .describe('The photo: the http(s) URL of an image, a base64 data: URL, or base64. JPEG, PNG, WebP, HEIC, and others.')
const model = z
  .string()
  .max(200)
  .optional()
  .describe('ID or type of a model, see list_models. Defaults to the default model.')
const answer = z.object({
  model: z.string(),
  problem_type: modelRefSchema.shape.problem_type,
  predictions: z.array(z.object({ label: z.string(), score: z.number(), selected: predictionSchema.shape.selected })),
  uncertain: z.boolean(),
  uncertain_reason: classificationSchema.shape.uncertain_reason,
})
const readOnly = { readOnlyHint: true, openWorldHint: false }

/** The tools and resources, for one request. */
export function toolServer(services: Services, request: PhotoRequest, explanations: ExplanationSlots): McpServer {
  const { engine, version, environment } = services
  const server = new McpServer(
    { name: 'vision-object-classifier', version },
    {
      instructions:
        'Classifies photos with image-classification models. Scores are calibrated where the model says so.',
    },
  )

  server.registerTool(
    'classify_image',
    {
      title: 'Classify an image',
      description:
        'Returns the most likely labels of a photo with their scores, and whether the result is uncertain. Of a multi-label model, it says which labels apply.',
      inputSchema: z.object({
        image,
        model,
        top_k: z
          .int()
          .min(1)
          .max(MAX_TOP_K)
          .optional()
          .describe(`Defaults to ${DEFAULT_TOP_K}, and for a multi-label model at least to all labels that apply.`),
      }),
      outputSchema: answer,
      annotations: readOnly,
    },
    failing(async ({ image: text, model: name, top_k }) => {
      const result = answerOf(await request.classify(await request.photo(text), { model: name, ...topKOf(top_k) }))
      return { content: [{ type: 'text', text: describeResult(result) }], structuredContent: result }
    }),
  )

  server.registerTool(
    'compare_models',
    {
      title: 'Compare models',
      description: 'Classifies a photo with several models and returns the result of each.',
      inputSchema: z.object({
        image,
        models: z.array(z.string().max(200)).min(2).max(MAX_MODELS).optional().describe('Defaults to all models.'),
      }),
      outputSchema: z.object({ results: z.array(answer), agree: z.boolean() }),
      annotations: readOnly,
    },
    failing(async ({ image: text, models }) => {
      const photo = await request.photo(text)
      const names =
        models ??
        engine
          .models()
          .map(({ id }) => id)
          .slice(0, MAX_MODELS)
      const all: Classification[] = []
      for (const name of names) all.push(await request.classify(photo, { model: name, topK: 3, allSelected: true }))
      const results = all.map(answerOf)
      const agree = new Set(all.map(agreedOf)).size === 1
      const words = [agree ? 'All models agree.' : 'The models disagree.', ...results.map(describeResult)].join('\n')
      return { content: [{ type: 'text', text: words }], structuredContent: { results, agree } }
    }),
  )

  server.registerTool(
    'list_models',
    {
      title: 'List models',
      description: 'Lists the models of this server with their labels’ number, input size, and state.',
      inputSchema: z.object({}),
      annotations: readOnly,
    },
    failing(async () => ({ content: [{ type: 'text', text: describeModels(engine.models()) }] })),
  )

  if (environment.MAX_EXPLANATIONS > 0) {
    server.registerTool(
      'explain_image',
      {
        title: 'Explain a label',
        description:
          'Shows which parts of a photo led to a label, as a heatmap to lay over the part that the model received. Takes a second or more.',
        inputSchema: z.object({
          image,
          model,
          label: z.string().min(1).max(200).optional().describe('Defaults to the best label.'),
          method: z.enum(EXPLAIN_METHODS).default('rise'),
        }),
        annotations: readOnly,
      },
      failing(async ({ image: text, ...options }) => {
        const photo = await request.photo(text)
        const leave = explanations.take()
        try {
          const { label, grid, area } = await request.explain(photo, options)
          const [left = 0, top = 0, width = 0, height = 0] = [area.left, area.top, area.width, area.height].map(
            Math.round,
          )
          const words = `${label.label}, ${percent(label.score)}. The heatmap covers ${width} × ${height} pixels of the photo, from x ${left}, y ${top}.`
          // Loaded on demand: sharp is large, and little else in this process needs it.
          const { heatmapPng } = await import('../../../image/heatmap-png')
          const png = await heatmapPng(grid)
          const data = png.slice(png.indexOf(',') + 1)
          return {
            content: [
              { type: 'text', text: words },
              { type: 'image', data, mimeType: 'image/png' },
            ],
          }
        } finally {
          leave()
        }
      }),
    )
  }

  const each = (end: string, mimeType: string) => async () => ({
    resources: engine.models().map(({ id, title }) => ({
      uri: `vision://models/${encodeURIComponent(id)}/${end}`,
      name: `${title}: ${end}`,
      mimeType,
    })),
  })
  const named = (value: string | string[] | undefined) => decodeURIComponent(String(value ?? ''))
  server.registerResource(
    'labels',
    new ResourceTemplate('vision://models/{model}/labels', { list: each('labels', 'text/plain') }),
    { title: 'Labels of a model', description: 'One per line, in the order of the scores.', mimeType: 'text/plain' },
    async (uri, { model: value }) => {
      const labels = await engine.labels((await engine.model(named(value))).id)
      return {
        contents: [{ uri: uri.href, mimeType: 'text/plain', text: labels.map(({ label }) => label).join('\n') }],
      }
    },
  )
  server.registerResource(
    'card',
    new ResourceTemplate('vision://models/{model}/card', { list: each('card', 'application/json') }),
    { title: 'Card of a model', description: 'Accuracy, source, license, and limits.', mimeType: 'application/json' },
    async (uri, { model: value }) => {
      const { id } = await engine.model(named(value))
      const card = engine.details().find((details) => details.id === id) ?? (await engine.model(id))
      return { contents: [{ uri: uri.href, mimeType: 'application/json', text: JSON.stringify(card, null, 2) }] }
    },
  )
  return server
}

/** What the tools return of a result. */
function answerOf({ model, predictions, uncertain, uncertain_reason }: Classification): z.output<typeof answer> {
  const labels = predictions.map(({ label, score, selected }) => {
    return selected === undefined ? { label, score } : { label, score, selected }
  })
  return { model: model.id, problem_type: model.problem_type, predictions: labels, uncertain, uncertain_reason }
}

/** Turns a problem into the tool's error, which the agent can read. */
function failing<A, R>(work: (args: A) => Promise<R>) {
  return async (args: A) => {
    try {
      return await work(args)
    } catch (error) {
      if (!(error instanceof Problem) || error.code === 'internal') throw error
      return { isError: true, content: [{ type: 'text' as const, text: `${error.detail} (${error.code})` }] }
    }
  }
}
