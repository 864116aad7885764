import { open } from 'node:fs/promises'
import { dirname } from 'node:path'
import { InferenceSession } from 'onnxruntime-node'
import { outputDeclarations } from '../../catalog/onnx/declare-output'
import type { OnnxGraph } from '../../catalog/onnx/read-graph'
import { zipMapOf } from './activation'
import { type EmbeddingSource, findEmbedding } from './find-embedding'
import { explainRuntimeError } from './runtime-error'

const OPTIONS: InferenceSession.SessionOptions = {
  // One photo per core: running more workers scales better than more threads per run.
  intraOpNumThreads: 1,
  interOpNumThreads: 1,
  executionMode: 'sequential',
  graphOptimizationLevel: 'all',
}
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
export async function openSession(file: string, graph: OnnxGraph): Promise<OpenedSession> {
  const zipMap = zipMapOf(graph)
  const scores = zipMap === null ? [] : [zipMap.tensor]
  const candidates = [...scores, ...graph.outputs]
  const found = new Map(candidates.map((name) => [name, findEmbedding(graph, name)]))
  const sources = [...found.values()].flatMap((source) => (typeof source === 'string' ? [] : [source.tensor]))
  const undeclared = (names: string[]) => [...new Set(names)].filter((name) => !graph.outputs.includes(name))
  const inner = undeclared(sources).filter((name) => !scores.includes(name))
  try {
    const session = await create(file, graph, undeclared([...scores, ...inner]))
    return { session, scoreOutputs: scoreOutputsOf(session, inner), embeddings: found }
  } catch (error) {
    if (inner.length === 0) throw new Error(explainRuntimeError(error as Error), { cause: error })
  }
  // Without embeddings: the model may still classify.
  const session = await create(file, graph, undeclared(scores)).catch((error: Error) => {
    throw new Error(explainRuntimeError(error), { cause: error })
  })
  const reason = 'ONNX Runtime can’t return the input of its last layer'
  return {
    session,
    scoreOutputs: scoreOutputsOf(session, []),
    embeddings: new Map(candidates.map((name) => [name, reason])),
  }
}

function scoreOutputsOf(session: InferenceSession, others: readonly string[]): string[] {
  return session.outputMetadata.flatMap((each) =>
    each.isTensor && SCORE_TYPES.has(each.type) && !others.includes(each.name) ? each.name : [],
  )
}

async function create(file: string, { dataFiles }: OnnxGraph, declared: string[]): Promise<InferenceSession> {
  if (declared.length === 0) return InferenceSession.create(file, OPTIONS)
  const bytes = await readWith(file, outputDeclarations(declared))
  // Bytes have no folder to find the weights in.
  const extra = { session: { model_external_initializers_file_folder_path: dirname(file) } }
  try {
    return await InferenceSession.create(bytes, dataFiles.size > 0 ? { ...OPTIONS, extra } : OPTIONS)
  } finally {
    // ONNX Runtime has copied them. The garbage collector would free them much later.
    bytes.buffer.resize(0)
  }
}

/** Reads a file into memory that can be freed at once, and appends bytes. */
async function readWith(file: string, appended: Uint8Array): Promise<Uint8Array<ArrayBuffer>> {
  const handle = await open(file)
  try {
    const { size } = await handle.stat()
    const length = size + appended.length
    const bytes = new Uint8Array(new ArrayBuffer(length, { maxByteLength: length }))
    for (let at = 0; at < size; ) {
      const { bytesRead } = await handle.read(bytes, at, size - at, at)
      if (bytesRead === 0) throw new Error('the file became shorter while it was read')
      at += bytesRead
    }
    bytes.set(appended, size)
    return bytes
  } finally {
    await handle.close()
  }
}
