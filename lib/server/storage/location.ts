/** A place in a bucket: an object, or all below a prefix. */
export interface Location {
  bucket: string
  /** Empty for the whole bucket. */
  prefix: string
}

/** Null where the text is no `s3://bucket/prefix`. */
export function parseLocation(text: string): Location | null {
  const [, bucket, prefix = ''] = /^s3:\/\/([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(?:\/(.*))?$/s.exec(text) ?? []
  return bucket === undefined ? null : { bucket, prefix }
}

/** Whether a key is the named object itself or lies below it, as a file is or lies below a path: `a/b` has `a/b` and `a/b/c`, not `a/bc`. */
export function isUnder(key: string, prefix: string): boolean {
  if (prefix === '' || key === prefix) return true
  return key.startsWith(prefix.endsWith('/') ? prefix : `${prefix}/`)
}

/** Whether all that a location names lies below another. */
export function isWithin({ bucket, prefix }: Location, outer: Location): boolean {
  return bucket === outer.bucket && isUnder(prefix, outer.prefix)
}

/** What a photo of a bucket is called in the results. */
export function locationOf(bucket: string, key: string): string {
  return `s3://${bucket}/${key}`
}

/** A location's prefix as that of a folder: with a slash at its end, or empty for the whole bucket. */
export function folderPrefix({ prefix }: Location): string {
  return prefix === '' || prefix.endsWith('/') ? prefix : `${prefix}/`
}
