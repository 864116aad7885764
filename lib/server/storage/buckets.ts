import type { ObjectStore } from './object-store'
import { S3Bucket, type S3Options, s3Client } from './s3'

/** Buckets by name, sharing one client. */
export type Buckets = (name: string) => ObjectStore

export function openBuckets(options: S3Options): Buckets {
  const client = s3Client(options)
  return (name) => new S3Bucket(client, name)
}
