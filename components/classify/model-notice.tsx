import type { ModelInfo } from '@/lib/shared/contract/contract'
import { lazy } from '../ui/lazy'

const ModelFailed = lazy(() => import('./model-failed').then((module) => module.ModelFailed))

/** Warns that the default model is unavailable before the visitor uploads a photo. */
export function ModelNotice({ models }: { models: readonly ModelInfo[] }) {
  const failed = models.find((model) => model.default && model.status === 'failed')
  return failed && <ModelFailed model={failed} />
}
