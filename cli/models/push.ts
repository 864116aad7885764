import { pushModels } from '@/lib/server/catalog/push'
import { bucketEnvironment, quietAwsSdk } from '@/lib/server/config/environment'
import { folderPrefix, parseLocation } from '@/lib/server/storage/location'
import { Problem } from '@/lib/shared/problems/problem'
import { EXIT, Failure } from '../program/exit'
import { installed } from './list'
import type { ModelsContext } from './models-context'

/** Uploads the installed models to a bucket, where servers with `MODELS_DIR=s3://…` find them. */
export async function push(context: ModelsContext, target: string): Promise<void> {
  const location = parseLocation(target)
  if (location === null) throw new Failure(EXIT.usage, `${target} is not a valid location. Use s3://bucket/models/.`)
  const damaged = (await installed(context)).find(({ error }) => error !== null)
  if (damaged) throw new Failure(EXIT.invalid, `${damaged.id} cannot be pushed: ${damaged.error}.`)
  quietAwsSdk()
  const { openBuckets } = await import('@/lib/server/storage/buckets')
  const prefix = folderPrefix(location)
  try {
    const { files, sent } = await pushModels(
      context.modelsDir,
      openBuckets(bucketEnvironment())(location.bucket),
      prefix,
    )
    console.log(`s3://${location.bucket}/${prefix} now has ${files} files, ${sent} of them new.`)
  } catch (error) {
    if (!(error instanceof Problem)) throw error
    const { cause } = error
    throw new Failure(
      EXIT.failed,
      `Writing to the bucket failed: ${cause instanceof Error ? cause.message : error.detail}.`,
    )
  }
}
