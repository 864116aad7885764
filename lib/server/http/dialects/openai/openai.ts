import * as z from 'zod'
import { MAX_TEXT_LENGTH } from '@/lib/shared/contract/embed'
import { Problem } from '@/lib/shared/problems/problem'
import { toBase64 } from '../../../embeddings/vector'
import { json } from '../../json-response'
import type { MemoryBudget } from '../../memory-budget'
import type { Services } from '../../services'
import type { Dialect } from '../dialect'
import { parseRequest } from '../parse-request'
import { photoHandlers } from '../photo-runs'

/** The most photos in one request. They run one after another, so that one client can't fill the queue. */
const MAX_INPUTS = 64

const embeddings = z.object({
  model: z.string().min(1).max(200),
  input: z.union([z.string(), z.array(z.string()).min(1).max(MAX_INPUTS)]),
  encoding_format: z.enum(['float', 'base64']).default('float'),
  dimensions: z.int().optional(),
})

/** Base64 alone could be a word. */
function isPhoto(input: string): boolean {
  return /^(data:image|https?:\/\/\S+$)/i.test(input)
}

async function embedText({ engine }: Services, text: string, model: string, signal: AbortSignal) {
  if (text.length > MAX_TEXT_LENGTH) {
    const detail = `A text has at most ${MAX_TEXT_LENGTH} characters. Base64 of a photo needs data:image/…;base64, before it.`
    throw new Problem('invalid_parameter', detail)
  }
  const { embeddings, dimensions, model: found } = await engine.embedText([text], { model }, signal)
  return { embedding: embeddings[0] ?? new Float32Array(), dimensions, model: found }
}

/** Kinds of errors in OpenAI's API, by status. */
function kindOf(status: number): string {
  if (status === 401) return 'authentication_error'
  if (status === 403) return 'permission_error'
  if (status === 429) return 'rate_limit_error'
  return status >= 500 ? 'server_error' : 'invalid_request_error'
}

/**
 * OpenAI's embeddings API, with photos as inputs: `data:` URLs, base64, or URLs of images. Text-image models take texts,
 * too: what isn't a `data:` URL or the URL of an image. `usage` counts photos and texts.
 * https://platform.openai.com/docs/api-reference/embeddings
 */
export function openai(services: Services, uploads: MemoryBudget): Dialect {
  const embed = photoHandlers(
    services,
    uploads,
  )(async (request, c) => {
    const { model, input, encoding_format, dimensions } = parseRequest(embeddings, await request.json())
    const texts = typeof input === 'string' ? [input] : input
    const data: object[] = []
    let id = model
    const takesTexts = (await services.engine.model(model)).text !== null
    for (const [index, text] of texts.entries()) {
      const result =
        takesTexts && !isPhoto(text)
          ? await embedText(services, text, model, c.req.raw.signal)
          : await request.embed(await request.photo(text), { model })
      if (dimensions !== undefined && dimensions !== result.dimensions) {
        const detail = `The embeddings of ${model} have ${result.dimensions} dimensions. Leave dimensions out.`
        throw new Problem('invalid_parameter', detail)
      }
      const embedding = encoding_format === 'base64' ? toBase64(result.embedding) : [...result.embedding]
      data.push({ object: 'embedding', index, embedding })
      id = result.model.id
    }
    const usage = { prompt_tokens: texts.length, total_tokens: texts.length }
    return json(c, { object: 'list', data, model: id, usage })
  })

  return {
    name: 'openai',
    routes: { '/v1/embeddings': { POST: embed } },
    prefixes: ['/v1'],
    errorReply: (problem) => ({
      status: problem.status,
      body: { error: { message: problem.detail, type: kindOf(problem.status), param: null, code: problem.code } },
    }),
  }
}
