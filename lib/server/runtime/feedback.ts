import type { Environment } from '../config/environment'
import type { Engine } from '../engine/types'
import { Feedback } from '../feedback/feedback'
import { FolderFeedback } from '../feedback/folder'
import type { FeedbackStore } from '../feedback/store'
import type { Log } from '../observe/log'

const DAY_MS = 86_400_000

/** Votes as the environment asks for them; null, and one line that says why, where there can be none. */
export async function openFeedback(
  environment: Environment,
  engine: Engine,
  { folder, log }: { folder: string; log: Log },
): Promise<Feedback | null> {
  const { FEEDBACK: mode, FEEDBACK_RETENTION_DAYS, INSTANCES, BUCKET, MAX_PIXELS: maxPixels } = environment
  if (mode === 'off') return null
  if (INSTANCES > 1 && BUCKET === undefined) {
    log.error({ INSTANCES }, 'there is no feedback: several instances share it only by BUCKET')
    return null
  }
  const retentionMs = FEEDBACK_RETENTION_DAYS * DAY_MS
  const store =
    BUCKET === undefined ? new FolderFeedback(folder, retentionMs) : await inBucket(environment, BUCKET, retentionMs)
  return new Feedback(engine, { store, mode, retentionMs, maxPixels, log })
}

/** Loaded only where it is needed: the AWS SDK is large. */
async function inBucket(
  { AWS_ENDPOINT_URL: endpoint, AWS_REGION: region }: Environment,
  bucket: string,
  retentionMs: number,
): Promise<FeedbackStore> {
  const [{ openBuckets }, { BucketFeedback }] = await Promise.all([
    import('../storage/buckets'),
    import('../feedback/bucket'),
  ])
  return new BucketFeedback(openBuckets({ endpoint, region })(bucket), retentionMs)
}
