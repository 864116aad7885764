import { BUCKET_PREFIX } from '@/lib/server/custom-models/object-keys'
import { CustomModelStore, revisionOf } from '@/lib/server/custom-models/store'
import { parseLocation } from '@/lib/server/storage/location'
import { withPrefix } from '@/lib/server/storage/prefixed-objects'
import { EXIT, Failure } from '../program/exit'
import { customStore } from './custom'
import type { ModelsContext } from './models-context'
import { writing } from './push'

/**
 * Uploads a custom model to the bucket that servers share, as its next revision there. They serve it without a restart.
 *
 * @throws Failure
 */
export async function pushCustom({ dataDir }: ModelsContext, id: string, target: string): Promise<void> {
  const location = parseLocation(target)
  if (location === null || location.prefix !== '')
    throw new Failure(EXIT.usage, `${target} is not the bucket of servers. Use s3://bucket, as in their BUCKET.`)
  const local = customStore(dataDir)
  const revision = (await local.history(id)).at(-1)?.revision
  if (!revision) throw new Failure(EXIT.notFound, `There is no custom model named ${id}.`)
  const files = new Map<string, Uint8Array>()
  for (const name of await local.fileNames(id, revision)) {
    const content = await local.file(id, revision, name)
    if (content !== null) files.set(name, content)
  }
  if (revisionOf(files) !== revision)
    throw new Failure(EXIT.invalid, `${id} cannot be pushed: its files were changed. Train it again.`)
  const place = `s3://${location.bucket}`
  const isNew = await writing(location, async (bucket) => {
    const store = new CustomModelStore(withPrefix(bucket, BUCKET_PREFIX))
    const latest = (await store.history(id)).at(-1)
    if (latest?.revision === revision) return false
    await store.save(id, files, latest?.step ?? null)
    return true
  })
  console.log(isNew ? `${place} now has ${id} (${revision}).` : `${place} has this revision of ${id} already.`)
}
