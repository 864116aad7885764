import { type ModelInfo, modelInfoSchema } from '@/lib/shared/contract/contract'
import type { FeedbackOffer } from '@/lib/shared/contract/feedback'
import type { ModelDetails } from '@/lib/shared/contract/model-details'
import type { SiteFacts } from '@/lib/shared/contract/site'
import { type GalleryPicture, licenseName } from '@/lib/shared/gallery/gallery'
import { getRuntime } from '../runtime/get-runtime'

/** What the classify page needs before the first photo. */
export interface ClassifyPageData {
  models: readonly ModelInfo[]
  limits: SiteFacts['limits']
  /** What feedback the server accepts; null if it is turned off. */
  feedback: FeedbackOffer | null
  /** The requested gallery photo, if it exists. */
  gallery: { file: string; credit: string } | null
}

/** The only data source of server components. Everything here is safe to show to any visitor. */
async function facts(): Promise<SiteFacts> {
  return (await getRuntime()).site.facts()
}

/** The models with their model cards and votes. */
export async function modelsPageData(): Promise<readonly ModelDetails[]> {
  return (await facts()).models
}

/** What the batch page needs; null if batches are turned off. */
export async function batchPageData(): Promise<{
  models: readonly ModelInfo[]
  limits: { imageBytes: number; files: number }
  retentionHours: number
  explain: boolean
} | null> {
  const { models, limits, batches } = await facts()
  if (batches === null) return null
  const { files, retentionHours } = batches
  return {
    models: models.map(toModelInfo),
    limits: { imageBytes: limits.imageBytes, files },
    retentionHours,
    explain: limits.explain,
  }
}

/** What decides which data this server stores. */
export async function privacyFacts(): Promise<Pick<SiteFacts, 'batches' | 'feedback'> & { urlInput: boolean }> {
  const { batches, feedback, limits } = await facts()
  return { batches, feedback, urlInput: limits.urlInput }
}

/**
 * Whether this server accepts batches. If the API is unreachable, the pages report it, but the layout around them
 * stays.
 */
export async function hasBatches(): Promise<boolean> {
  return facts().then(
    ({ batches }) => batches !== null,
    () => false,
  )
}

/** The gallery with the default model's predictions. */
export async function galleryPageData(): Promise<readonly GalleryPicture[]> {
  return (await getRuntime()).site.gallery()
}

/** Strips the model card, which most pages don't show. */
function toModelInfo(model: ModelDetails): ModelInfo {
  return modelInfoSchema.parse(model)
}

/** @param photo file name of a gallery photo */
export async function classifyPageData(photo: string | null): Promise<ClassifyPageData> {
  const { models, limits, feedback } = await facts()
  const picture = photo === null ? undefined : (await galleryPageData()).find(({ file }) => file === photo)
  return {
    models: models.map(toModelInfo),
    limits,
    feedback,
    gallery: picture ? { file: picture.file, credit: `${picture.author}, ${licenseName(picture.license)}` } : null,
  }
}
