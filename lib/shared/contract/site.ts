import type { DialectName } from '../dialects/dialects'
import type { GalleryPicture } from '../gallery/gallery'
import type { TRAINING_MODES } from './custom-models'
import type { FeedbackOffer } from './feedback'
import type { API_KEY_MODES } from './keys'
import type { ModelDetails } from './model-details'

/** Who may train custom models. */
export interface TrainingOffer {
  mode: Exclude<(typeof TRAINING_MODES)[number], 'off'>
  /** Whether the server asks for the operator's token. */
  token: boolean
  /** How long models of visitors are kept; null if models are kept until they are deleted. */
  hours: number | null
  /** Whether photos of corrected answers may be there to learn from. */
  corrections: boolean
}

/** What pages may ask for. */
export interface SiteLimits {
  imageBytes: number
  pixels: number
  urlInput: boolean
  explain: boolean
  /** Whether browsers may run models. Undefined on servers that don’t know of it. */
  device?: boolean
  /** Whether the server runs models itself. Undefined on servers that don’t know of another way. */
  server?: boolean
}

/** What the pages need to know about the API server. Everything here is safe to show to any visitor. */
export interface SiteFacts {
  models: readonly ModelDetails[]
  limits: SiteLimits
  /** What feedback the server accepts; null if it is turned off. */
  feedback: FeedbackOffer | null
  /** Null if batches are turned off. Where the server runs no models, they run in browsers, and nothing is retained. */
  batches: { files: number; retentionHours: number } | null
  /** Null if nobody can save models on the server. */
  training: TrainingOffer | null
  /** The services whose clients the server answers. Undefined on servers that don’t know of any. */
  dialects?: readonly DialectName[]
  /** Whether there are API keys, and whether requests need one. Undefined on servers that don’t know of keys. */
  keys?: (typeof API_KEY_MODES)[number]
}

/** The source of this information: this process, or a remote server. */
export interface Site {
  facts(): Promise<SiteFacts>
  /** The gallery with the default model's predictions. */
  gallery(): Promise<readonly GalleryPicture[]>
}
