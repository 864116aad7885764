import type { JobParameters } from '@/lib/shared/contract/jobs'
import type { Engine } from '../engine/types'
import type { Draft } from '../jobs/backend'
import type { Permission } from './permission'

/** What an upload to a job has taken from the quota. */
export interface MeteredUpload {
  /** Photos that go through it are taken from the quota one by one, so that uploads at the same time can't exceed it. */
  draft(draft: Draft): Draft
  /** The photos are in the job. */
  keep(): void
  /** They aren't. */
  undo(): Promise<void>
}

/** Counts the photos that a request adds to a job. They count as they are added, whatever becomes of them. */
export function meterUpload(permission: Permission): MeteredUpload {
  let photos = 0
  let bytes = 0
  return {
    draft: (inner) => ({
      async add(input, content) {
        await permission.take(1)
        const before = inner.count
        try {
          await inner.add(input, content)
        } catch (error) {
          await permission.giveBack(1)
          throw error
        }
        // One that the job has already is skipped.
        if (inner.count === before) return permission.giveBack(1)
        photos++
        bytes += content?.byteLength ?? 0
      },
      get count() {
        return inner.count
      },
      get heldBytes() {
        return inner.heldBytes ?? 0
      },
    }),
    keep: () => permission.count(photos, bytes),
    undo: () => permission.giveBack(photos),
  }
}

/**
 * Requires that the current request may create a job.
 *
 * @throws Problem `insufficient_scope`, `model_not_allowed`, `quota_exceeded` if it can't have even one photo of its source
 */
export async function requireJob(
  permission: Permission,
  engine: Pick<Engine, 'model'>,
  { model, source, embeddings, check }: Pick<JobParameters, 'model' | 'source' | 'embeddings' | 'check'>,
): Promise<void> {
  const used = await engine.model(model)
  permission.requireUse('jobs', used)
  if (embeddings || check) permission.requireUse('embed', used)
  if (source === undefined) return
  await permission.take(1)
  await permission.giveBack(1)
}
