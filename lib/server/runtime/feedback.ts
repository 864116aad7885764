import type { Environment } from '../config/environment'
import type { Engine } from '../engine/types'
import type { Feedback } from '../feedback/feedback'
import { FolderFeedback } from '../feedback/folder-store'
import type { FeedbackStore } from '../feedback/store'
import type { Log } from '../observe/log'

const DAY_MS = 86_400_000

/** Opens feedback as configured; null if it is off, or if it can't work, which is logged. */
export async function openFeedback(
  environment: Environment,
  engine: Engine,
  { folder, log }: { folder: string; log: Log },
): Promise<Feedback | null> {
  const { FEEDBACK: mode, FEEDBACK_RETENTION_DAYS, INSTANCES, BUCKET, MAX_PIXELS: maxPixels } = environment
  if (mode === 'off') return null
  if (INSTANCES > 1 && BUCKET === undefined) {
    log.error({ INSTANCES }, 'feedback is off: set BUCKET to share it between several instances')
    return null
  }
  const retentionMs = FEEDBACK_RETENTION_DAYS * DAY_MS
  const store =
    BUCKET === undefined
      ? new FolderFeedback(folder, retentionMs)
      : await openBucketFeedback(environment, BUCKET, retentionMs)
  // Loaded on demand: most servers have no feedback, and sharp is large.
  const { Feedback } = await import('../feedback/feedback')
  return new Feedback(engine, { store, mode, retentionMs, maxPixels, log })
}

/** Loaded on demand: the AWS SDK is large. */
async function openBucketFeedback(
  { AWS_ENDPOINT_URL: endpoint, AWS_REGION: region }: Environment,
  bucket: string,
  retentionMs: number,
): Promise<FeedbackStore> {
  const [{ openBuckets }, { BucketFeedback }] = await Promise.all([
    import('../storage/buckets'),
    import('../feedback/bucket-store'),
  ])
  return new BucketFeedback(openBuckets({ endpoint, region })(bucket), retentionMs)
}
