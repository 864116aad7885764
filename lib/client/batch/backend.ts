import type { Job } from '@/lib/shared/contract/jobs'
import type { Failure } from '../api/failure'
import type { DeviceState } from './device/device-state'
import type { BatchItem } from './items'
import type { BatchPhotos } from './photos'
import type { BatchSnapshot } from './snapshot'
import type { SavedBatch } from './store'

/** What runs a batch: a job on the server, or this device. It takes the photos that wait and reports their results. */
export interface BatchBackend {
  /** The job as last known; null until there is one. Of a batch of this device, as the server would report it. */
  readonly job: Job | null
  readonly paused: boolean
  readonly ended: 'cancelled' | 'gone' | null
  /** Why photos are waiting; null if nothing holds them up. */
  readonly issue: Failure | null
  /** Whether the visitor has resumed the batch, and the job hasn't yet. */
  readonly resuming: boolean
  /** Whether another page of this browser has the photos that are missing here. */
  readonly elsewhere: boolean
  /** How a batch of this device is kept; null for a job on the server. */
  readonly device: DeviceState | null
  /** Whether photos can still be added. */
  readonly acceptsPhotos: boolean
  /** Photos were added that aren't saved yet, or missing ones are back. @param added those that are new */
  noteAdded(added: readonly BatchItem[]): void
  /** Takes photos that wait, unless it already does. */
  start(): void
  /** Continues an existing batch. @param saved what this browser knows of it */
  open(id: string, saved: SavedBatch | null): Promise<void>
  setPaused(paused: boolean): Promise<void>
  /** Ends the batch at once; resolves when the job has ended, too. */
  cancel(): Promise<void>
  /** Runs failed photos again. Returns whether it does. */
  retryFailed(): Promise<boolean>
  /** Ends the batch in place of the browser that uploads it. */
  finish(): Promise<void>
  /** The batch was deleted on another page. */
  markGone(): void
  /** The page has a new state. */
  noteState(state: BatchSnapshot): void
  /** The page is left. @param collecting whether files are being scanned */
  leave(collecting: boolean): void
  dispose(): void
}

/** What a backend is given by its session. */
export interface BackendHost {
  readonly photos: BatchPhotos
  /** Whether another browser started the batch. */
  isForeign(): boolean
  /** The job was created, and the batch is to be saved. */
  onCreated(): Promise<void>
  /** A photo has its result, or will never have one. */
  onDone(): void
  onChange(immediately: boolean): void
  /** The batch no longer exists. */
  onGone(): void
  /** The visitor cancels the batch on another page. */
  onCancelWish(): void
  /** Makes a thumbnail of a photo that is about to be deleted. */
  makeThumbnail(index: number): Promise<void>
  /** Aborted when the batch has ended, or this page no longer shows it. */
  signal: AbortSignal
}
