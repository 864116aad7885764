import { type ModelInfo, modelInfoSchema } from '@/lib/shared/contract/contract'
import type { FeedbackOffer } from '@/lib/shared/contract/feedback'
import type { ModelDetails } from '@/lib/shared/contract/model-details'
import type { SiteFacts } from '@/lib/shared/contract/site'
import { type GalleryPicture, licenseName } from '@/lib/shared/gallery/gallery'
import { getRuntime } from '../runtime/get-runtime'

/** What the classify page must know of the server before the first photo. */
export interface ClassifyPageData {
  models: readonly ModelInfo[]
  limits: SiteFacts['limits']
  /** What may be said of answers; null where nothing is kept. */
  feedback: FeedbackOffer | null
  /** The photo of the gallery that was asked for, where there is one of that name. */
  gallery: { file: string; credit: string } | null
}

/** The one door by which server components read: everything here is safe to show to any visitor. */
async function facts(): Promise<SiteFacts> {
  return (await getRuntime()).site.facts()
}

/** The models with what their cards and their users say. */
export async function modelsPageData(): Promise<readonly ModelDetails[]> {
  return (await facts()).models
}

/** What the page of batches must know; null where this server has none. */
export async function batchPageData(): Promise<{
  models: readonly ModelInfo[]
  limits: { imageBytes: number; files: number }
  retentionHours: number
} | null> {
  const { models, limits, batches } = await facts()
  if (batches === null) return null
  const { files, retentionHours } = batches
  return { models: models.map(briefly), limits: { imageBytes: limits.imageBytes, files }, retentionHours }
}

/** Whether this server takes batches. Where it cannot be asked, its pages say so; the frame around them stays. */
export async function hasBatches(): Promise<boolean> {
  return facts().then(
    ({ batches }) => batches !== null,
    () => false,
  )
}

/** The gallery with the answers of the default model. */
export async function galleryPageData(): Promise<readonly GalleryPicture[]> {
  return (await getRuntime()).site.gallery()
}

/** Without its card, which most pages do not show. */
function briefly(model: ModelDetails): ModelInfo {
  return modelInfoSchema.parse(model)
}

/** @param photo of the gallery, by its file */
export async function classifyPageData(photo: string | null): Promise<ClassifyPageData> {
  const { models, limits, feedback } = await facts()
  const picture = photo === null ? undefined : (await galleryPageData()).find(({ file }) => file === photo)
  return {
    models: models.map(briefly),
    limits,
    feedback,
    gallery: picture ? { file: picture.file, credit: `${picture.author}, ${licenseName(picture.license)}` } : null,
  }
}
