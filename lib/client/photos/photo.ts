import type { Classification } from '@/lib/shared/contract/contract'
import type { Area } from '@/lib/shared/crop/crop'
import type { Failure } from '../api/failure'
import type { SubmittedVote } from '../api/feedback'
import type { Prepared } from './prepare-photo'

/** The state of a photo's request to one model. */
export type Phase =
  | { name: 'waiting' }
  /** Being converted or resized in this browser. */
  | { name: 'preparing' }
  | { name: 'uploading'; sent: number; total: number }
  /** The model is being loaded, to run in this browser. */
  | { name: 'loading'; received: number; total: number }
  | { name: 'running' }
  /** The server is busy; the request is retried at this time (milliseconds since 1970). */
  | { name: 'busy'; until: number }
  /** The server is away; the request is sent once it is back. */
  | { name: 'away' }
  | { name: 'answered'; result: Classification }
  | { name: 'failed'; failure: Failure }

export interface Photo {
  id: number
  /** The file name, or `photo` if it has none. */
  name: string
  /** The original file. */
  file: Blob
  /** Credit line, for samples whose license requires one. */
  credit: string | null
  /** The file to upload; null until it's prepared. */
  prepared: Prepared | null
  /** Whether the original is uploaded unchanged, regardless of its size. */
  asIs: boolean
  /** Set while the original is sent: what to return to if it can't be classified. */
  beforeOriginal?: Pick<Photo, 'prepared' | 'crop' | 'phases' | 'votes'> | null
  /** Why the original couldn't be classified. */
  originalFailure?: Failure | null
  /** The part to classify, in pixels of the prepared file; null for the models' own crop. */
  crop: Area | null
  /** By model, so that switching back to a model shows its result immediately. */
  phases: Readonly<Record<string, Phase>>
  /** The visitor's feedback on the results, by model. */
  votes: Readonly<Record<string, SubmittedVote>>
}

/** The file to show: the original, or the converted one if the browser can't display the original. */
export function displayedFile({ file, prepared }: Pick<Photo, 'file' | 'prepared'>): Blob {
  return prepared?.converted ? prepared.file : file
}

/**
 * The file that is classified. A model in this browser gets the original, which is read there as on the server: the
 * page only shows what it was converted to.
 */
export function classifiedFile({ file, prepared }: Pick<Photo, 'file' | 'prepared'>, here: boolean): Blob {
  return here ? file : (prepared?.file ?? file)
}
