import { createHash, type Hash } from 'node:crypto'
import { onStore } from '../../storage/store-fault'
import type { Draft } from '../jobs'
import type { JobFolder } from './job'

/** Adds photos to a job. @param digest of all that is added; @param entered told after each photo */
export function into(job: JobFolder, { digest, entered }: { digest?: Hash; entered?: () => void }): Draft {
  return {
    async add(input, bytes) {
      digest?.update(JSON.stringify(input)).update(
        createHash('sha256')
          .update(bytes ?? '')
          .digest(),
      )
      onStore(() => job.add(input, bytes))
      entered?.()
    },
    get count() {
      return job.inputs.length
    },
  }
}

/** Leaves out what the job has by that name. */
export function onlyNew(job: JobFolder, draft: Draft): Draft {
  return {
    async add(input, bytes) {
      if (!job.has(input.file)) await draft.add(input, bytes)
    },
    get count() {
      return draft.count
    },
  }
}
