/** A location in a bucket: an object, or everything under a prefix. */
export interface Location {
  bucket: string
  /** Empty for the whole bucket. */
  prefix: string
}

/** Null if the text isn't of the form `s3://bucket/prefix`. */
export function parseLocation(text: string): Location | null {
  const [, bucket, prefix = ''] = /^s3:\/\/([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(?:\/(.*))?$/s.exec(text) ?? []
  return bucket === undefined ? null : { bucket, prefix }
}

/**
 * Whether a key is the named object itself or is under it, as files are under a folder: `a/b` covers `a/b` and `a/b/c`,
 * but not `a/bc`.
 */
export function isUnder(key: string, prefix: string): boolean {
  if (prefix === '' || key === prefix) return true
  return key.startsWith(prefix.endsWith('/') ? prefix : `${prefix}/`)
}

/** Whether everything at a location is under another one. */
export function isWithin({ bucket, prefix }: Location, outer: Location): boolean {
  return bucket === outer.bucket && isUnder(prefix, outer.prefix)
}

/** The name of a bucket's photo in the results. */
export function locationOf(bucket: string, key: string): string {
  return `s3://${bucket}/${key}`
}

/** A location's prefix as a folder: with a trailing slash, or empty for the whole bucket. */
export function folderPrefix({ prefix }: Location): string {
  return prefix === '' || prefix.endsWith('/') ? prefix : `${prefix}/`
}
