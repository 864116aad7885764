import type { Classification } from '@/lib/shared/contract/contract'
import type { Failure } from '../api/failure'
import type { SubmittedVote } from '../api/feedback'
import type { Prepared } from './prepare-photo'

/** The state of a photo's request to one model. */
export type Phase =
  | { name: 'waiting' }
  /** Being converted or resized in this browser. */
  | { name: 'preparing' }
  | { name: 'uploading'; sent: number; total: number }
  | { name: 'running' }
  /** The server is busy; the request is retried at this time (milliseconds since 1970). */
  | { name: 'busy'; until: number }
  | { name: 'answered'; result: Classification }
  | { name: 'failed'; failure: Failure }

export interface Photo {
  id: number
  /** The file name, or `photo` if it has none. */
  name: string
  /** The original file. */
  file: Blob
  /** Object URL for the preview: the original, or the converted file if the browser can't display the original. */
  url: string
  /** Credit line, for samples whose license requires one. */
  credit: string | null
  /** The file to upload; null until it's prepared. */
  prepared: Prepared | null
  /** Whether the original is uploaded unchanged, regardless of its size. */
  asIs: boolean
  /** By model, so that switching back to a model shows its result immediately. */
  phases: Readonly<Record<string, Phase>>
  /** The visitor's feedback on the results, by model. */
  votes: Readonly<Record<string, SubmittedVote>>
}

/** A photo restored after a reload. Its phases are all `answered`. */
export type RestoredPhoto = Omit<Photo, 'url'>

/** The file that this browser can display: the original, or what it was converted to. */
export function displayable({ file, prepared }: Pick<Photo, 'file' | 'prepared'>): Blob {
  return prepared?.converted ? prepared.file : file
}
