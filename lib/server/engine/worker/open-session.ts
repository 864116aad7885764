import type { InferenceSession } from 'onnxruntime-node'
import type { OnnxGraph } from '../../catalog/onnx/read-graph'
import type { Provider } from '../provider'
import { zipMapOf } from './activation'
import { createSession } from './create-session'
import { type EmbeddingSource, findEmbedding } from './find-embedding'
import { explainRuntimeError } from './runtime-error'

/** Element types of outputs that may hold scores. */
const SCORE_TYPES = new Set(['float32', 'float16', 'float64'])

export interface OpenedSession {
  session: InferenceSession
  /** Names of the outputs that may hold scores. */
  scoreOutputs: string[]
  /** The embedding behind each of them, or why there is none. */
  embeddings: ReadonlyMap<string, EmbeddingSource | string>
}

/**
 * Opens a session in which tensors within the graph are outputs as well: the embeddings, and the tensor behind a list
 * of scores (ZipMap). This changes neither the results nor the speed of the other outputs.
 *
 * @throws Error with a one-line reason
 */
export async function openSession(file: string, graph: OnnxGraph, provider: Provider): Promise<OpenedSession> {
  const zipMap = zipMapOf(graph)
  const scores = zipMap === null ? [] : [zipMap.tensor]
  const candidates = [...scores, ...graph.outputs]
  const found = new Map(candidates.map((name) => [name, findEmbedding(graph, name)]))
  const sources = [...found.values()].flatMap((source) => (typeof source === 'string' ? [] : [source.tensor]))
  const undeclared = (names: string[]) => [...new Set(names)].filter((name) => !graph.outputs.includes(name))
  const inner = undeclared(sources).filter((name) => !scores.includes(name))
  let reason: string
  try {
    const session = await createSession(file, undeclared([...scores, ...inner]), provider)
    return { session, scoreOutputs: scoreOutputsOf(session, inner), embeddings: found }
  } catch (error) {
    if (inner.length === 0) throw new Error(explainRuntimeError(error as Error), { cause: error })
    reason = reasonOf(error as NodeJS.ErrnoException)
  }
  // Without embeddings: the model may still classify.
  const session = await createSession(file, undeclared(scores), provider).catch((error: Error) => {
    throw new Error(explainRuntimeError(error), { cause: error })
  })
  return {
    session,
    scoreOutputs: scoreOutputsOf(session, []),
    embeddings: new Map(candidates.map((name) => [name, reason])),
  }
}

/** Why a model was opened without its embedding. */
function reasonOf({ code }: NodeJS.ErrnoException): string {
  // ONNX Runtime's errors have numbers as codes, if any.
  if (typeof code === 'string' && /^E[A-Z]+$/.test(code)) return `its file can’t be copied to be changed (${code})`
  return 'ONNX Runtime can’t return the input of its last layer'
}

function scoreOutputsOf(session: InferenceSession, others: readonly string[]): string[] {
  return session.outputMetadata.flatMap((each) =>
    each.isTensor && SCORE_TYPES.has(each.type) && !others.includes(each.name) ? each.name : [],
  )
}
