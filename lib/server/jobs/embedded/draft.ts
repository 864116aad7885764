import type { Hash } from 'node:crypto'
import { sha256Of } from '../../event-loop/digest'
import { shouldYield, yieldToEventLoop } from '../../event-loop/slices'
import { storageProblem, withStorage } from '../../storage/storage-errors'
import type { Draft, JobInput } from '../backend'
import type { JobFolder } from './job-folder'

const NO_BYTES = new Uint8Array()
/** Larger photos are written asynchronously, because the disk may be slow. */
const LARGE_BYTES = 256_000

export interface DraftOptions {
  /** Updated with everything that is added. */
  digest?: Hash
  /** Called after each photo. */
  onAdded?: () => void
  /** Skips photos whose names the job already has. */
  unique?: boolean
}

/** Adds photos to a job. */
export function draftFor(job: JobFolder, { digest, onAdded, unique = false }: DraftOptions): Draft {
  /**
   * Checks and adds in one step: while this upload waits, another may add the same name, or a client may close the job.
   */
  function enter(input: JobInput, bytes?: Uint8Array, staged?: string): void {
    if (unique && job.has(input.file)) return
    withStorage(() => job.add(input, bytes, staged))
    onAdded?.()
  }
  async function enterStaged(input: JobInput, bytes: Uint8Array): Promise<void> {
    const staged = await job.stage(bytes).catch((error) => {
      throw storageProblem(error)
    })
    try {
      enter(input, bytes, staged)
    } finally {
      job.unstage(staged)
    }
  }
  return {
    async add(input, bytes) {
      digest?.update(JSON.stringify(input)).update(await sha256Of(bytes ?? NO_BYTES))
      if (shouldYield()) await yieldToEventLoop()
      if (unique && job.has(input.file)) return
      if (bytes && bytes.byteLength > LARGE_BYTES && job.open) await enterStaged(input, bytes)
      else enter(input, bytes)
    },
    get count() {
      return job.inputs.length
    },
  }
}
