import { type ModelInfo, modelInfoSchema } from '@/lib/shared/contract/contract'
import type { FeedbackOffer } from '@/lib/shared/contract/feedback'
import type { ModelDetails } from '@/lib/shared/contract/model-details'
import type { SiteFacts, SiteLimits, TrainingOffer } from '@/lib/shared/contract/site'
import type { DialectName } from '@/lib/shared/dialects/dialects'
import { type GalleryPicture, licenseName } from '@/lib/shared/gallery/gallery'
import { type PagePath, pageNeedsServer } from '@/lib/shared/web/page-needs-server'
import { getRuntime } from '../runtime/get-runtime'

/** What the classify page needs before the first photo. */
export interface ClassifyPageData {
  models: readonly ModelInfo[]
  limits: SiteLimits
  /** Whether visitors may choose where models run. */
  choice: boolean
  /** Whether models run in browsers only. */
  onlyHere: boolean
  /** What feedback the server accepts; null if it is turned off. */
  feedback: FeedbackOffer | null
  /** Who may save labels as a model; null if nobody. */
  training: TrainingOffer | null
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
  /** Also text-image models: batches take labels in words, and are searched by them. */
  models: readonly ModelInfo[]
  limits: { imageBytes: number; files: number }
  retentionHours: number
  explain: boolean
  training: boolean
  /** Whether browsers may run models. */
  device: boolean
  /** Whether only browsers run them. */
  onlyHere: boolean
} | null> {
  const { models, limits, batches, training } = await facts()
  if (batches === null) return null
  const { files, retentionHours } = batches
  return {
    models: models.map(toModelInfo),
    limits: { imageBytes: limits.imageBytes, files },
    retentionHours,
    explain: limits.explain,
    training: canTrain({ training, limits }),
    device: limits.device ?? false,
    onlyHere: !runsModels(limits),
  }
}

/** What the page for training needs; null if nobody can train, or no model can be a base. */
export async function trainPageData(): Promise<{
  /** Models with an embedding, the default one first. */
  bases: readonly ModelInfo[]
  imageBytes: number
  /** Who may save models on the server; null where only browsers run models. */
  offer: TrainingOffer | null
  /** Whether browsers may run models. */
  device: boolean
} | null> {
  const { models, limits, training } = await facts()
  if (!canTrain({ training, limits })) return null
  const bases = models.filter(({ base_model, status }) => base_model === null && status !== 'failed').map(toModelInfo)
  if (bases.length === 0) return null
  return { bases, imageBytes: limits.imageBytes, offer: training, device: limits.device === true }
}

/** Whether models can be trained here. Where only browsers run models, visitors keep theirs in the browser. */
function canTrain({ training, limits }: Pick<SiteFacts, 'training' | 'limits'>): boolean {
  return training !== null || !runsModels(limits)
}

/** What the page of the API needs; null if the server has no API but for the models. */
export async function apiPageData(): Promise<
  (Pick<SiteFacts, 'models' | 'limits'> & { dialects: readonly DialectName[] }) | null
> {
  const { models, limits, dialects = [] } = await facts()
  if (!hasPage('/api-docs', limits)) return null
  return { models: withLabels(models), limits, dialects }
}

/** What decides which data this server stores. */
export async function privacyFacts(): Promise<
  Pick<SiteFacts, 'batches' | 'feedback' | 'training'> & {
    /** Whether models can be trained here, saved on the server or in the browser. */
    trains: boolean
    server: boolean
    urlInput: boolean
    session: boolean
    ownModels: boolean
  }
> {
  const { batches, feedback, training, limits, keys } = await facts()
  const { API_URL, API_KEY } = (await getRuntime()).environment
  const session = API_URL === undefined ? keys === 'required' : API_KEY !== undefined
  const trains = canTrain({ training, limits })
  return {
    batches,
    feedback,
    training,
    trains,
    server: runsModels(limits),
    urlInput: limits.urlInput,
    session,
    ownModels: trains && limits.device === true,
  }
}

/** Whether this server has API keys. */
export async function hasKeys(): Promise<boolean> {
  const { keys = 'off' } = await facts()
  return keys !== 'off'
}

/** Whether this server accepts batches. */
export async function hasBatches(): Promise<boolean> {
  return (await offers()).batches
}

/**
 * What this server offers besides classifying. If the API is unreachable, the pages report it, but the layout around
 * them stays.
 */
export async function offers(): Promise<{ server: boolean; batches: boolean; training: boolean }> {
  return facts().then(
    ({ batches, training, limits }) => ({
      server: runsModels(limits),
      batches: batches !== null,
      training: canTrain({ training, limits }),
    }),
    () => ({ server: true, batches: false, training: false }),
  )
}

const runsModels = ({ server = true }: SiteLimits) => server

/** Whether the site has this page. */
function hasPage(path: PagePath, limits: SiteLimits): boolean {
  return runsModels(limits) || !pageNeedsServer(path)
}

/** The gallery with the default model's predictions. */
export async function galleryPageData(): Promise<readonly GalleryPicture[]> {
  return (await getRuntime()).site.gallery()
}

/** Models with labels of their own: those of a text-image model come with each photo. */
function withLabels(models: readonly ModelDetails[]): readonly ModelDetails[] {
  return models.filter(({ text }) => text === null)
}

/** Strips the model card, which most pages don't show. */
function toModelInfo(model: ModelDetails): ModelInfo {
  return modelInfoSchema.parse(model)
}

/** @param photo file name of a gallery photo */
export async function classifyPageData(photo: string | null): Promise<ClassifyPageData> {
  const { models, limits, feedback, training } = await facts()
  const picture = photo === null ? undefined : (await galleryPageData()).find(({ file }) => file === photo)
  return {
    models: models.map(toModelInfo),
    limits,
    choice: limits.device === true && runsModels(limits),
    onlyHere: !runsModels(limits),
    feedback,
    training,
    gallery: picture ? { file: picture.file, credit: `${picture.author}, ${licenseName(picture.license)}` } : null,
  }
}
