import type { ModelInfo } from '@/lib/shared/contract'
import type { FeedbackOffer } from '@/lib/shared/feedback'
import { type GalleryPicture, licenseName } from '@/lib/shared/gallery'
import type { ModelDetails } from '@/lib/shared/model-details'
import { getRuntime } from './runtime'

/** What the classify page must know of the server before the first photo. */
export interface ClassifyPageData {
  models: readonly ModelInfo[]
  limits: { imageBytes: number; pixels: number; urlInput: boolean; explain: boolean }
  /** What may be said of answers; null where nothing is kept. */
  feedback: FeedbackOffer | null
  /** The photo of the gallery that was asked for, where there is one of that name. */
  gallery: { file: string; credit: string } | null
}

/** The models with what their cards and their users say. */
export async function modelsPageData(): Promise<readonly ModelDetails[]> {
  const { engine, feedback } = await getRuntime()
  return Promise.all(
    engine.details().map(async (model) => ({
      ...model,
      votes: (await feedback?.summary(model.id, model.revision)) ?? null,
    })),
  )
}

/** What the page of batches must know; null where this server has none. */
export async function batchPageData(): Promise<{
  models: readonly ModelInfo[]
  limits: { imageBytes: number; files: number }
  retentionHours: number
} | null> {
  const { engine, environment, jobs } = await getRuntime()
  if (jobs === null) return null
  return {
    models: engine.models(),
    limits: { imageBytes: environment.MAX_IMAGE_BYTES, files: environment.MAX_FILES },
    retentionHours: environment.JOB_RETENTION_HOURS,
  }
}

/** Whether this server takes batches. */
export async function hasBatches(): Promise<boolean> {
  return (await getRuntime()).jobs !== null
}

/** The gallery with the answers of the default model. */
export async function galleryPageData(): Promise<readonly GalleryPicture[]> {
  const { gallery } = await getRuntime()
  return gallery.pictures()
}

/** The one door by which server components read: everything here is safe to show to any visitor. */
export async function classifyPageData(photo: string | null): Promise<ClassifyPageData> {
  const { engine, environment, gallery, feedback } = await getRuntime()
  const picture = photo === null ? undefined : (await gallery.pictures()).find(({ file }) => file === photo)
  return {
    models: engine.models(),
    limits: {
      imageBytes: environment.MAX_IMAGE_BYTES,
      pixels: environment.MAX_PIXELS,
      urlInput: environment.URL_INPUT === 'true',
      explain: environment.MAX_EXPLANATIONS > 0,
    },
    feedback: feedback && { photos: feedback.mode === 'photos', days: environment.FEEDBACK_RETENTION_DAYS },
    gallery: picture ? { file: picture.file, credit: `${picture.author}, ${licenseName(picture.license)}` } : null,
  }
}
