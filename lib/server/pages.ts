import type { ModelInfo } from '@/lib/shared/contract'
import type { ModelDetails } from '@/lib/shared/model-details'
import { getRuntime } from './runtime'

/** What the classify page must know of the server before the first photo. */
export interface ClassifyPageData {
  models: readonly ModelInfo[]
  limits: { imageBytes: number; pixels: number }
}

/** The models with what their cards say. */
export async function modelsPageData(): Promise<readonly ModelDetails[]> {
  const { engine } = await getRuntime()
  return engine.details()
}

/** The one door by which server components read: everything here is safe to show to any visitor. */
export async function classifyPageData(): Promise<ClassifyPageData> {
  const { engine, environment } = await getRuntime()
  return {
    models: engine.models(),
    limits: { imageBytes: environment.MAX_IMAGE_BYTES, pixels: environment.MAX_PIXELS },
  }
}
