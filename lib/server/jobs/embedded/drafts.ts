import type { Hash } from 'node:crypto'
import { sha256Of } from '../../event-loop/digest'
import { due, rest } from '../../event-loop/slices'
import { onStore, storeProblem } from '../../storage/store-fault'
import type { Draft, JobInput } from '../jobs'
import type { JobFolder } from './job'

const NOTHING = new Uint8Array()
/** A larger photo is written while others are served: the disk may take its time. */
const LARGE_BYTES = 256_000

export interface DraftOptions {
  /** Of all that is added. */
  digest?: Hash
  /** Told after each photo. */
  entered?: () => void
  /** Leaves out what the job has by that name. */
  unique?: boolean
}

/** Adds photos to a job. */
export function into(job: JobFolder, { digest, entered, unique = false }: DraftOptions): Draft {
  /** In one step: another upload may bring the same name, or another client close the job, while this one waits. */
  function enter(input: JobInput, bytes?: Uint8Array, staged?: string): void {
    if (unique && job.has(input.file)) return
    onStore(() => job.add(input, bytes, staged))
    entered?.()
  }
  async function enterStaged(input: JobInput, bytes: Uint8Array): Promise<void> {
    const staged = await job.stage(bytes).catch((error) => {
      throw storeProblem(error)
    })
    try {
      enter(input, bytes, staged)
    } finally {
      job.unstage(staged)
    }
  }
  return {
    async add(input, bytes) {
      digest?.update(JSON.stringify(input)).update(await sha256Of(bytes ?? NOTHING))
      if (due()) await rest()
      if (unique && job.has(input.file)) return
      if (bytes && bytes.byteLength > LARGE_BYTES && job.open) await enterStaged(input, bytes)
      else enter(input, bytes)
    },
    get count() {
      return job.inputs.length
    },
  }
}
