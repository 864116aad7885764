import { problemError, VisionError } from './error.js'
import { csvCell } from './jobs.js'
import { blobOf, formOf, type PhotoBytes } from './photo.js'
import { type Call, type CallOptions, given, parseReply, type Transport } from './transport.js'
import type { Label, ModelDetails, ModelInfo, TrainedModel } from './types.js'

/**
 * A photo with its label, or what `embed` returned with its label, with `kinds: true` best. Not both in one request.
 */
export type Example =
  | { label: string; photo: PhotoBytes }
  | { label: string; embedding: ArrayLike<number>; kinds?: ArrayLike<number> | null | undefined }

export interface TrainParameters {
  /** Default: made from the title. */
  id?: string | undefined
  /** ID or type of the base model. Default: the server's default model. */
  base?: string | undefined
  title?: string | undefined
  purpose?: string | undefined
  license?: string | undefined
  /** ID of a job that is done and has embeddings: its photos are learned from, too. */
  job?: string | undefined
}

/** Either another description, or an earlier revision to restore. */
export type ModelChange = Pick<TrainParameters, 'title' | 'purpose' | 'license'> | { revision: string }

export interface TrainOptions extends CallOptions {
  /** Called with the photos that are embedded, then with the share of the training that is done. */
  onProgress?: ((progress: TrainProgress) => void) | undefined
}

export interface TrainProgress {
  stage: 'embed' | 'train'
  done: number
  /** Null while it isn't known. */
  of: number | null
}

/** Models. Training and changing them may need the operator's token as `apiKey`. */
export class Models {
  constructor(private readonly transport: Transport) {}

  async list(options: CallOptions = {}): Promise<ModelInfo[]> {
    return (await this.transport.json<{ models: ModelInfo[] }>({ path: '/api/models' }, options)).models
  }

  get(id: string, options: CallOptions = {}): Promise<ModelDetails> {
    return this.transport.json({ path: path(id) }, options)
  }

  async labels(id: string, options: CallOptions = {}): Promise<Label[]> {
    return (await this.transport.json<{ labels: Label[] }>({ path: `${path(id)}/labels` }, options)).labels
  }

  /** Trains a custom model on photos with labels. */
  train(examples: Iterable<Example>, parameters: TrainParameters, options: TrainOptions = {}): Promise<TrainedModel> {
    return this.learn('/api/models', examples, parameters, options)
  }

  /** Trains a custom model again with more examples, or only with these. */
  addExamples(
    id: string,
    examples: Iterable<Example>,
    { replace = false, job }: { replace?: boolean; job?: string | undefined } = {},
    options: TrainOptions = {},
  ): Promise<TrainedModel> {
    return this.learn(`${path(id)}/examples`, examples, { replace, job }, options)
  }

  /** Describes a custom model anew, or restores an earlier revision. */
  async change(id: string, change: ModelChange, options: CallOptions = {}): Promise<ModelInfo> {
    const body = JSON.stringify(change)
    const headers = { 'content-type': 'application/json' }
    const call = { method: 'PATCH', path: path(id), body, headers } as const
    return (await this.transport.json<{ model: ModelInfo }>(call, options)).model
  }

  /** Deletes a custom model with all its revisions. */
  async delete(id: string, options: CallOptions = {}): Promise<void> {
    await this.transport.whole({ method: 'DELETE', path: path(id), repeatable: false }, options)
  }

  /** A file of a custom model, such as `model.onnx`. */
  async file(id: string, name: string, options: CallOptions = {}): Promise<Blob> {
    return (await this.transport.whole({ path: `${path(id)}/files/${encodeURIComponent(name)}` }, options)).body
  }

  private async learn(
    to: string,
    examples: Iterable<Example>,
    fields: object,
    { onProgress, ...options }: TrainOptions,
  ): Promise<TrainedModel> {
    const content = trainingBody([...examples], given(fields))
    const call = { method: 'POST', path: to, query: { stream: 1 }, repeatable: false, ...content } as const
    for await (const line of this.transport.lines(call, options)) {
      const message = parseReply<{ progress?: TrainProgress; result?: TrainedModel; problem?: unknown }>(line)
      if (message.problem !== undefined) throw problemError(message.problem)
      if (message.result) return message.result
      if (message.progress) onProgress?.(message.progress)
    }
    throw new VisionError({ code: 'unreachable', detail: 'The connection ended before the model was saved.' })
  }
}

function path(id: string): string {
  return `/api/models/${encodeURIComponent(id)}`
}

/** Embeddings as JSON; photos as a form whose labels are in a file, where they can have any characters. */
function trainingBody(examples: readonly Example[], fields: Record<string, unknown>): Pick<Call, 'body' | 'headers'> {
  if (examples.every((each) => 'embedding' in each)) {
    const known = examples.map(({ label, embedding, kinds }) => ({
      label,
      embedding: Array.from(embedding),
      ...(kinds && { kinds: Array.from(kinds) }),
    }))
    const list = known.length > 0 || fields.job === undefined ? { examples: known } : {}
    return { body: JSON.stringify({ ...fields, ...list }), headers: { 'content-type': 'application/json' } }
  }
  const photos = examples.map((each, index) => {
    if (!('photo' in each)) throw new TypeError('Send either photos or embeddings, not both in one request.')
    return { name: `photo-${index + 1}`, data: blobOf(each.photo), label: each.label }
  })
  const rows = photos.map(({ name, label }) => `${name},${csvCell(label)}\r\n`)
  const form = new FormData()
  for (const [name, value] of Object.entries(fields)) form.set(name, String(value))
  form.append('photos', new Blob(['file,label\r\n', ...rows], { type: 'text/csv' }), 'labels.csv')
  for (const [, file] of formOf(photos)) form.append('photos', file)
  return { body: form }
}
