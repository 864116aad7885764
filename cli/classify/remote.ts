import type { Classify } from '@/lib/server/jobs/classify-photo'
import type { Classification, Label, ModelInfo } from '@/lib/shared/contract/contract'
import { Problem, type ProblemDetails } from '@/lib/shared/problems/problem'
import { joinLabels, type LabelWords } from '@/lib/shared/zero-shot/candidate-labels'
import { EXIT, Failure } from '../program/exit'
import { type Server, serverAt } from '../program/server-url'

/** A remote server that classifies instead of a local engine. */
export interface RemoteServer {
  model: ModelInfo
  classify(options: { topK: number | undefined; threshold: number; words: LabelWords | undefined }): Classify
  labels(): Promise<readonly Label[]>
}

/**
 * Looks up a model on a server by name.
 *
 * @throws Failure if there is no server or no such model
 */
export async function remoteServer(base: string, name: string | undefined): Promise<RemoteServer> {
  const server = serverAt(base)
  const { url, headers } = server
  const { models } = await json<{ models: ModelInfo[] }>(server, 'api/models')
  const model = models.find((each) => (name === undefined ? each.default : name === each.id || name === each.type))
  if (!model) {
    const known = models.map(({ id, type }) => type ?? id).join(', ')
    throw new Failure(EXIT.notFound, `The server has no model named ${name}. Available models: ${known}.`)
  }
  return {
    model,
    labels: async () =>
      (await json<{ labels: Label[] }>(server, `api/models/${encodeURIComponent(model.id)}/labels`)).labels,
    classify:
      ({ topK, threshold, words }) =>
      async (image, signal) => {
        const target = url('api/classify')
        target.search = String(
          new URLSearchParams({
            model: model.id,
            ...(topK === undefined ? {} : { top_k: String(topK) }),
            threshold: String(threshold),
            ...(words ? { candidate_labels: joinLabels(words.labels), hypothesis_template: words.template } : {}),
          }),
        )
        const reply = await fetch(target, { method: 'POST', headers, body: image as BodyInit, signal }).catch(
          (error) => {
            signal.throwIfAborted()
            throw new Problem('not_ready', 'The server cannot be reached.', { cause: error })
          },
        )
        if (reply.ok) return (await reply.json()) as Classification
        throw await problem(reply)
      },
  }
}

async function json<T>({ origin, url, headers }: Server, path: string): Promise<T> {
  const reply = await fetch(url(path), { headers }).catch((error: Error) => {
    throw new Failure(EXIT.unreachable, `No server responded at ${origin}: ${error.message}.`)
  })
  if (reply.status === 401)
    throw new Failure(EXIT.unreachable, `${origin} requires a password in the URL, or an API key in VISION_API_KEY.`)
  if (!reply.ok) throw new Failure(EXIT.unreachable, `${url(path)} returned HTTP ${reply.status}.`)
  return (await reply.json()) as T
}

async function problem(reply: Response): Promise<Problem> {
  const retryAfterSeconds = Number(reply.headers.get('retry-after') ?? Number.NaN)
  const after = Number.isFinite(retryAfterSeconds) ? { retryAfterSeconds } : {}
  try {
    const { code, detail } = (await reply.json()) as ProblemDetails
    // A server that shuts down is replaced, or restarted.
    return new Problem(code === 'shutting_down' ? 'not_ready' : code, detail, after)
  } catch {
    return new Problem('not_ready', `A proxy in front of the server returned HTTP ${reply.status}.`, after)
  }
}
