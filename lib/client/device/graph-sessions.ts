import { InferenceSession } from 'onnxruntime-web/wasm'
import type { DeviceModel } from '@/lib/shared/contract/device'
import { outputDeclarations } from '@/lib/shared/inference/declare-output'
import { Problem } from '@/lib/shared/problems/problem'
import { NotStarted } from './failures'

interface Shared {
  session: Promise<InferenceSession>
  /** Models that use it. */
  users: number
}

/** Sessions of ONNX Runtime by the SHA-256 of their graph: a model shares its session with the custom ones over it. */
const open = new Map<string, Shared>()

/**
 * The session of a model's graph, in which the embedding is an output as well. That changes neither the results nor the
 * speed of the others. Each call needs one of `closeGraph`.
 *
 * @param load loads the ONNX file, if no other model has it open
 * @throws what `load` throws; NotStarted; Problem `not_ready` if ONNX Runtime can't use the file
 */
export async function openGraph(
  spec: DeviceModel,
  load: () => Promise<Uint8Array<ArrayBuffer>>,
): Promise<InferenceSession> {
  const { sha256 } = spec.graph
  let shared = open.get(sha256)
  if (shared === undefined) {
    const bytes = withEmbedding(await load(), spec.embedding)
    // Another model may have opened it meanwhile.
    shared = open.get(sha256) ?? { session: create(bytes), users: 0 }
    open.set(sha256, shared)
  }
  shared.users++
  try {
    return await shared.session
  } catch (error) {
    if (open.get(sha256) === shared) open.delete(sha256)
    if (isNotStarted(error)) throw new NotStarted('ONNX Runtime', { cause: error })
    const detail = `The model ${spec.model.id} is unavailable: this browser can’t load it.`
    throw new Problem('not_ready', detail, { cause: error })
  }
}

/** Releases the memory of a graph that no model uses anymore. No run may be in progress. */
export async function closeGraph({ graph }: DeviceModel): Promise<void> {
  const shared = open.get(graph.sha256)
  if (shared === undefined || --shared.users > 0) return
  open.delete(graph.sha256)
  await (await shared.session).release()
}

function create(graph: Uint8Array): Promise<InferenceSession> {
  return InferenceSession.create(graph, { executionProviders: ['wasm'], graphOptimizationLevel: 'all' })
}

/** As the server declares it: bytes after those whose SHA-256 was checked. */
function withEmbedding(graph: Uint8Array<ArrayBuffer>, embedding: DeviceModel['embedding']): Uint8Array {
  if (embedding === null || embedding.isOutput) return graph
  const declaration = outputDeclarations([embedding.name])
  const all = new Uint8Array(graph.length + declaration.length)
  all.set(graph)
  all.set(declaration, graph.length)
  return all
}

/** Whether ONNX Runtime didn't start: its files didn't arrive, or there was no memory for it. */
function isNotStarted(error: unknown): boolean {
  return error instanceof Error && error.message.startsWith('no available backend found')
}
