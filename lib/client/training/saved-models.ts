import type { ModelInfo } from '@/lib/shared/contract/contract'
import type { CustomDescription } from '@/lib/shared/contract/custom-models'
import { toBase64 } from '@/lib/shared/files/base64'
import type { ProblemDetails } from '@/lib/shared/problems/problem'
import { NO_LABEL } from '@/lib/shared/training/example'
import { underBase } from '@/lib/shared/web/base-path'
import { type Failure, OFFLINE, parseAnswer, parseFailure } from '../api/failure'
import { operatorToken } from '../api/operator-token'
import { readLines } from '../api/read-lines'
import type { KnownExample } from './session'
import type { Embedded } from './types'

/** A custom model with its history. */
export interface SavedModel {
  model: ModelInfo
  history: readonly { revision: string | null; time: string }[]
}

export interface SaveRequest {
  /** ID of the model to save a revision of; null for a new model. */
  id: string | null
  base: string
  description: CustomDescription
  /** Whether a photo may have several labels, or none: it is there once for each. */
  multiLabel: boolean
  examples: readonly { label: string; embedded: Embedded }[]
  /** The operator's token; null if the server needs none. */
  token: string | null
  signal: AbortSignal
  /** Called with the share of the training, from 0 to 1. */
  onProgress?(share: number): void
}

type Line = { progress: { stage: string; done: number } } | { result: SavedModel } | { problem: ProblemDetails }

/**
 * Trains on the server with the embeddings of this page, and saves the model. Photos aren't sent.
 *
 * @throws Failure, or the signal's reason. So does every function here.
 */
export async function saveModel(request: SaveRequest): Promise<ModelInfo> {
  const { id, base, description, multiLabel, examples, token, signal, onProgress } = request
  const url =
    id === null
      ? underBase('/api/models?stream=1')
      : `${modelUrl(id)}/examples?stream=1&replace=1&multi_label=${multiLabel}`
  const options = id === null ? { base, multi_label: multiLabel, ...description } : {}
  const list = multiLabel ? labelSets(examples) : examples.map(toJson)
  const body = JSON.stringify({ ...options, examples: list })
  const response = await send(url, { method: 'POST', body, headers: headersOf(token), signal })
  if (!response.body) throw OFFLINE
  for await (const line of readLines(response.body, signal)) {
    const message = parseAnswer<Line>(line)
    if ('result' in message) return message.result.model
    if ('problem' in message) throw parseFailure(message.problem.status, JSON.stringify(message.problem), null)
    if (message.progress.stage === 'train') onProgress?.(message.progress.done)
  }
  throw OFFLINE
}

export async function fetchModel(id: string): Promise<SavedModel> {
  return parseAnswer(await (await send(modelUrl(id), {})).text())
}

/** The models of this server that can be opened: those that it lists. */
export async function fetchModels(): Promise<readonly ModelInfo[]> {
  const { models } = parseAnswer<{ models: ModelInfo[] }>(await (await send(underBase('/api/models'), {})).text())
  return models
}

/** Describes a model anew, or restores an earlier revision. */
export async function changeModel(
  id: string,
  change: CustomDescription | { revision: string },
  token: string | null,
): Promise<ModelInfo> {
  const body = JSON.stringify(change)
  const response = await send(modelUrl(id), { method: 'PATCH', body, headers: headersOf(token) })
  return parseAnswer<{ model: ModelInfo }>(await response.text()).model
}

export async function deleteModel(id: string, token: string | null): Promise<void> {
  await send(modelUrl(id), { method: 'DELETE', headers: headersOf(token) })
}

/** The labels and embeddings that a model was trained on. */
export async function fetchExamples({ id, base_model }: ModelInfo): Promise<KnownExample[]> {
  const file = await fetchFile(id, 'examples.safetensors')
  return (await import('./known-examples')).knownExamples(file, base_model?.revision ?? '')
}

/** A file of a model's folder, or of its ONNX export. */
export async function fetchFile(id: string, name: string): Promise<Blob> {
  return (await send(`${modelUrl(id)}/files/${name}`, { headers: headersOf(operatorToken()) })).blob()
}

function modelUrl(id: string): string {
  return underBase(`/api/models/${encodeURIComponent(id)}`)
}

/** The headers of a request with a body in JSON. @param token the operator's; null if the server needs none */
export function headersOf(token: string | null): Record<string, string> {
  return { 'content-type': 'application/json', ...(token !== null && { authorization: `Bearer ${token}` }) }
}

/** Sends a request. @throws Failure, or the signal's reason */
export async function send(url: string, init: RequestInit): Promise<Response> {
  const response = await fetch(url, init).catch((error) => {
    if (init.signal?.aborted) throw init.signal.reason
    throw error instanceof TypeError ? (OFFLINE satisfies Failure) : error
  })
  if (response.ok) return response
  throw parseFailure(response.status, await response.text(), response.headers.get('retry-after'))
}

function toJson({ label, embedded }: SaveRequest['examples'][number]) {
  return { label, ...embeddedJson(embedded) }
}

function embeddedJson({ embedding, kinds, sha256 }: Embedded) {
  return { sha256, embedding: base64Of(embedding), kinds: kinds && base64Of(kinds) }
}

/** Each photo with all of its labels. */
function labelSets(examples: SaveRequest['examples']) {
  const photos = new Map<string, { labels: string[]; embedded: Embedded }>()
  for (const { label, embedded } of examples) {
    const photo = photos.get(embedded.sha256) ?? { labels: [], embedded }
    if (label !== NO_LABEL) photo.labels.push(label)
    photos.set(embedded.sha256, photo)
  }
  return [...photos.values()].map(({ labels, embedded }) => ({ labels, ...embeddedJson(embedded) }))
}

/** float32, little-endian as in every browser. */
function base64Of({ buffer, byteOffset, byteLength }: Float32Array): string {
  return toBase64(new Uint8Array(buffer, byteOffset, byteLength))
}
