import { pushModels } from '@/lib/server/catalog/push'
import { bucketEnvironment, quietAwsSdk } from '@/lib/server/config/environment'
import { folderPrefix, type Location, parseLocation } from '@/lib/server/storage/location'
import type { ObjectStore } from '@/lib/server/storage/object-store'
import { Problem } from '@/lib/shared/problems/problem'
import { EXIT, Failure } from '../program/exit'
import { installed } from './list'
import type { ModelsContext } from './models-context'

/** Uploads the installed models to a bucket, where servers with `MODELS_DIR=s3://…` find them. */
export async function push(context: ModelsContext, target: string): Promise<void> {
  const location = parseLocation(target)
  if (location === null) throw new Failure(EXIT.usage, `${target} is not a valid location. Use s3://bucket/models/.`)
  const models = await installed(context)
  const damaged = models.find(({ error, head }) => error !== null && head === null)
  if (damaged) throw new Failure(EXIT.invalid, `${damaged.id} cannot be pushed: ${damaged.error}.`)
  const prefix = folderPrefix(location)
  const { files, sent } = await writing(location, (store) => pushModels(context.modelsDir, store, prefix))
  console.log(`s3://${location.bucket}/${prefix} now has ${files} files, ${sent} of them new.`)
  const custom = models.filter(({ head }) => head !== null).length
  if (custom > 0)
    console.log(`${custom} custom models were not pushed. Push each with --custom <id>, to the BUCKET of the servers.`)
}

/** Writes to a bucket. @throws Failure with the reason if it fails */
export async function writing<T>({ bucket }: Location, write: (store: ObjectStore) => Promise<T>): Promise<T> {
  quietAwsSdk()
  const { openBuckets } = await import('@/lib/server/storage/buckets')
  try {
    return await write(openBuckets(bucketEnvironment())(bucket))
  } catch (error) {
    if (!(error instanceof Problem)) throw error
    const { cause } = error
    throw new Failure(
      EXIT.failed,
      cause instanceof Error ? `Writing to the bucket failed: ${cause.message.replace(/\.$/, '')}.` : error.detail,
    )
  }
}
