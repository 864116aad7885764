import { Problem } from '@/lib/shared/problems/problem'
import type { ModelSource } from '../engine/model-parts'
import { exportOnnx } from './export-onnx'
import { pythonExample } from './python-example'

/** The files of an export, besides the card. */
export const ONNX_FILES = ['model.onnx', 'labels.txt', 'preprocessing.json', 'classify.py'] as const
type OnnxFile = (typeof ONNX_FILES)[number]

/** Larger base models are exported with the command, where the file goes to disk piece by piece. */
const MAX_BASE_BYTES = 500_000_000

/** Exports custom models as ONNX. Requests for the same one at the same time share the work and the memory. */
export class OnnxFolders {
  private readonly running = new Map<string, Promise<Uint8Array>>()

  constructor(private readonly models: ModelSource) {}

  /** @throws Problem `not_found` for a model that isn't a custom one; `not_ready`; `too_large` */
  async file(id: string, name: OnnxFile): Promise<Uint8Array> {
    const { model, base, input, output } = await this.models.parts(id)
    if (model.head === null) throw new Problem('not_found', 'There is no custom model with this ID.')
    if (name === 'labels.txt') return new TextEncoder().encode(`${model.labels.join('\n')}\n`)
    if (name === 'preprocessing.json')
      return new TextEncoder().encode(`${JSON.stringify(base.preprocessor, null, 2)}\n`)
    if (name === 'classify.py') {
      if (base.preprocessor === null) throw new Problem('not_found', `How ${base.id} prepares photos isn’t known.`)
      return new TextEncoder().encode(pythonExample(base.preprocessor, input, model.multiLabel?.thresholds))
    }
    if (base.bytes > MAX_BASE_BYTES) {
      const detail = `The base model has ${Math.round(base.bytes / 1e6)} MB. Use "vision models export ${id}" instead.`
      throw new Problem('too_large', detail)
    }
    const running = this.running.get(model.revision)
    if (running !== undefined) return running
    const made = exportOnnx(model, base, output).finally(() => this.running.delete(model.revision))
    this.running.set(model.revision, made)
    return made
  }
}
