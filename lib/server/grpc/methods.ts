import * as z from 'zod'
import { Problem } from '@/lib/shared/problems/problem'
import { parseRequest } from '../http/dialects/parse-request'
import { photoRuns } from '../http/dialects/photo-runs'
import type { Services } from '../http/services'
import type { GrpcCall } from './call'
import { inferReply, readInferMessage } from './infer-message'

/** Answers a message. What it throws becomes the call's status. */
export type Method = (message: unknown, call: GrpcCall) => Promise<object> | object

const modelRequest = z.object({ name: z.string(), version: z.string() })
const indexRequest = z.object({ ready: z.boolean() })

/** The methods of `inference.GRPCInferenceService`: KServe's, and of Triton's those that read. */
export function inferenceMethods(services: Services): Record<string, Method> {
  const { inference } = services
  const ofModel = (message: unknown): [name: string, version: string] => {
    const { name, version } = parseRequest(modelRequest, message)
    return [name, version]
  }
  return {
    ServerLive: () => ({ live: true }),
    ServerReady: () => ({ ready: inference.ready() }),
    ServerMetadata: () => inference.server(),
    ModelReady: async (message) => ({ ready: await isReady(services, ofModel(message)) }),
    ModelMetadata: (message) => inference.metadata(...ofModel(message)),
    ModelConfig: async (message) => ({ config: await inference.config(...ofModel(message)) }),
    async ModelStatistics(message) {
      const [name, version] = ofModel(message)
      return { model_stats: name === '' ? inference.allStatistics() : await inference.statistics(name, version) }
    },
    RepositoryIndex: (message) => ({ models: inference.index(parseRequest(indexRequest, message).ready) }),
    async ModelInfer(message, call) {
      const { model, version, request } = readInferMessage(message)
      const signature = await inference.signature(model, version)
      const { requestId, signal, reservation } = call
      const runs = photoRuns(services, { requestId, signal, reservation, usesModel: (id) => call.usesModel(id) })
      return inferReply(await inference.infer(runs, signature, request))
    },
  }
}

/** Of `grpc.health.v1.Health`. */
export function healthMethods({ inference }: Pick<Services, 'inference'>, services: readonly string[]) {
  return {
    Check(message: unknown): object {
      const { service } = parseRequest(z.object({ service: z.string() }), message)
      if (service !== '' && !services.includes(service))
        throw new Problem('not_found', 'There is no service with this name.')
      return { status: inference.ready() ? 'SERVING' : 'NOT_SERVING' }
    },
  }
}

/** A model that doesn't exist isn't ready, as in Triton. */
async function isReady({ inference }: Services, [name, version]: [string, string]): Promise<boolean> {
  try {
    return (await inference.model(name, version)).ready
  } catch (error) {
    if (error instanceof Problem && error.code === 'unknown_model') return false
    throw error
  }
}
