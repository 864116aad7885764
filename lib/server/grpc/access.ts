import type { Access } from '../http/keys/route-access'

/** What each method needs. The one with photos is checked once more where they run. */
const METHODS: Record<string, Access> = {
  Check: 'open',
  ServerLive: 'open',
  ServerReady: 'open',
  ServerMetadata: 'any',
  ModelReady: 'any',
  ModelMetadata: 'any',
  ModelConfig: 'any',
  ModelStatistics: 'any',
  RepositoryIndex: 'any',
  ModelInfer: 'classify',
}

/** @param path such as `/inference.GRPCInferenceService/ModelInfer`; a method that doesn't exist needs any key */
export function accessOf(path: string): Access {
  const method = path.slice(path.lastIndexOf('/') + 1)
  return (Object.hasOwn(METHODS, method) && METHODS[method]) || 'any'
}
