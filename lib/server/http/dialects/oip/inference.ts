import { Problem } from '@/lib/shared/problems/problem'
import type { Engine, GraphOutputs, GraphSignature } from '../../../engine/types'
import type { Lifecycle } from '../../../host/lifecycle'
import type { PhotoRuns } from '../runs'
import { type ModelConfig, type ModelMetadata, modelConfig, modelMetadata } from './describe-model'
import { imagesOf } from './infer-input'
import type { InferRequest } from './infer-request'
import { EMBEDDING, type InferResult, inferResult, requestedOutputs } from './infer-result'
import { type ModelStatistics, Statistics } from './statistics'

const EXTENSIONS = ['binary_tensor_data', 'classification', 'model_configuration', 'model_repository', 'statistics']
const STATES = { ready: 'READY', loading: 'LOADING', failed: 'UNAVAILABLE' } as const

/** A model in the repository index. */
export interface IndexEntry {
  name: string
  version: string
  state: string
  reason: string
}

/**
 * The Open Inference Protocol, version 2, without its transport: HTTP and gRPC are two ways to the same methods, and
 * to the same statistics. `version` of a model is empty if the client names none; each model has one here, 1.
 * https://github.com/kserve/open-inference-protocol
 */
export class Inference {
  private readonly counted = new Statistics()

  constructor(
    private readonly engine: Pick<Engine, 'model' | 'models' | 'ready' | 'signature'>,
    private readonly lifecycle: Lifecycle,
    private readonly version: string,
  ) {}

  server(): { name: string; version: string; extensions: string[] } {
    return { name: 'vision', version: this.version, extensions: EXTENSIONS }
  }

  /** Whether the server takes requests. */
  ready(): boolean {
    return this.lifecycle.phase === 'serving' && this.engine.ready()
  }

  /** @throws Problem `unknown_model` */
  async model(name: string, version: string): Promise<{ name: string; ready: boolean }> {
    const { id, status } = await this.engine.model(nameOf(name, version))
    return { name: id, ready: status === 'ready' }
  }

  /** @throws Problem `unknown_model`, `not_ready` */
  async metadata(name: string, version: string): Promise<ModelMetadata> {
    return modelMetadata(await this.signature(name, version))
  }

  /** @throws Problem `unknown_model`, `not_ready` */
  async config(name: string, version: string): Promise<ModelConfig> {
    return modelConfig(await this.signature(name, version))
  }

  /** Of one model. @throws Problem `unknown_model` */
  async statistics(name: string, version: string): Promise<ModelStatistics[]> {
    const { id } = await this.engine.model(nameOf(name, version))
    return [this.counted.report(id)]
  }

  allStatistics(): ModelStatistics[] {
    return this.engine.models().map(({ id }) => this.counted.report(id))
  }

  index(onlyReady: boolean): IndexEntry[] {
    return this.engine
      .models()
      .filter(({ status }) => !onlyReady || status === 'ready')
      .map(({ id, status, error }) => ({ name: id, version: '1', state: STATES[status], reason: error ?? '' }))
  }

  /** @throws Problem `unknown_model`, `not_ready` */
  async signature(name: string, version: string): Promise<GraphSignature> {
    return this.engine.signature(nameOf(name, version))
  }

  /**
   * Runs a model on the images of a request, one after another.
   *
   * @throws Problem `invalid_parameter`, and what runs throw
   */
  async infer(
    runs: Pick<PhotoRuns, 'photo' | 'outputs'>,
    signature: GraphSignature,
    request: InferRequest,
  ): Promise<InferResult> {
    const requested = requestedOutputs(request, signature)
    const options = { model: signature.model.id, embedding: requested.some(({ name }) => name === EMBEDDING) }
    const results: GraphOutputs[] = []
    const start = performance.now()
    try {
      for (const image of await imagesOf(runs, request, signature)) {
        const result = await runs.outputs(image, options)
        this.counted.add(options.model, result.timings)
        results.push(result)
      }
    } catch (error) {
      this.counted.addFailure(options.model, performance.now() - start)
      throw error
    }
    return inferResult(request, signature, requested, results)
  }
}

/** The name of a model whose version exists. */
function nameOf(name: string, version: string): string {
  if (version === '' || version === '1') return name
  throw new Problem('unknown_model', `The model ${name.slice(0, 60)} has one version, 1.`)
}
