import { bucketEnvironment, quietAwsSdk } from '@/lib/server/config/environment'
import type { Buckets } from '@/lib/server/storage/buckets'
import { listPhotos } from '@/lib/server/storage/list-photos'
import { locationOf, parseLocation } from '@/lib/server/storage/location'
import type { ObjectInfo } from '@/lib/server/storage/object-store'
import { Problem } from '@/lib/shared/problems/problem'
import { EXIT, Failure } from '../program/exit'

/** Photos in buckets, read with the user's own credentials, in the version that was listed. */
export class BucketPhotos {
  private readonly listed = new Map<string, ObjectInfo>()
  private buckets: Buckets | undefined

  static names(arg: string): boolean {
    return arg.startsWith('s3://')
  }

  /** Lists the photos at a location, by key. @throws Failure */
  async list(arg: string): Promise<string[]> {
    const location = parseLocation(arg)
    if (!location) throw new Failure(EXIT.usage, `${arg} is not a valid location. Use s3://bucket/prefix.`)
    const files: string[] = []
    try {
      for await (const page of listPhotos((await this.open())(location.bucket), location)) {
        for (const info of page) {
          const file = locationOf(location.bucket, info.key)
          this.listed.set(file, info)
          files.push(file)
        }
      }
    } catch (error) {
      throw new Failure(EXIT.unreachable, `Cannot list ${arg}: ${errorMessage(error)}`, { cause: error })
    }
    return files
  }

  /** @throws Problem `conflict` if it has changed since it was listed, `not_found` */
  async read(file: string, signal: AbortSignal): Promise<Uint8Array> {
    const listed = this.listed.get(file)
    const location = parseLocation(file)
    if (!location) throw new Problem('not_found', 'This is not a valid location. Use s3://bucket/key.')
    const { etag, version } = listed ?? {}
    const object = await (await this.open())(location.bucket).get(location.prefix, { etag, version, signal })
    if (object === null) throw new Problem('not_found', 'The object no longer exists.')
    return object.bytes
  }

  private async open(): Promise<Buckets> {
    quietAwsSdk()
    const { openBuckets } = await import('@/lib/server/storage/buckets')
    this.buckets ??= openBuckets(bucketEnvironment())
    return this.buckets
  }
}

function errorMessage(error: unknown): string {
  const { cause, message } = error as Error
  return cause instanceof Error ? cause.message : message
}
