import type { GalleryPicture } from '../gallery/gallery'
import type { FeedbackOffer } from './feedback'
import type { ModelDetails } from './model-details'

/** What the pages must know of the server that answers: everything here is safe to show to any visitor. */
export interface SiteFacts {
  models: readonly ModelDetails[]
  limits: { imageBytes: number; pixels: number; urlInput: boolean; explain: boolean }
  /** What may be said of answers; null where nothing is kept. */
  feedback: FeedbackOffer | null
  /** Null where it takes no batches. */
  batches: { files: number; retentionHours: number } | null
}

/** Where the pages get it from: this process, or a server elsewhere. */
export interface Site {
  facts(): Promise<SiteFacts>
  /** The gallery with the answers of the default model. */
  gallery(): Promise<readonly GalleryPicture[]>
}
