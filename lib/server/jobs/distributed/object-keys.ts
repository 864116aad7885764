/** The keys of all objects of a job in the bucket. The bucket is the source of truth; Redis can be rebuilt from it. */

const padded = (number: number, digits: number) => String(number).padStart(digits, '0')

export const JOBS = 'jobs/'
export const jobPrefix = (id: string) => `${JOBS}${id}/`
/** The job's parameters. Written after all its photos and removed first: without this object there is no job. */
export const specKey = (id: string) => `${jobPrefix(id)}job.json`
export const inputsPrefix = (id: string) => `${jobPrefix(id)}inputs/`
export const packKey = (id: string, name: string) => `${inputsPrefix(id)}${name}`

/**
 * The photos of a shard, one per line. Shards are numbered without gaps in the order in which they were added; an empty
 * shard closes the log.
 */
export const manifestPrefix = (id: string) => `${jobPrefix(id)}manifest/`
export const manifestKey = (id: string, shard: number) => `${manifestPrefix(id)}${padded(shard, 8)}.ndjson`
export const parseManifestKey = (key: string) => Number(/(\d+)\.ndjson$/.exec(key)?.[1])

/**
 * The results of a shard in a round. Round 0 has all of the shard's photos, unless a later round came first; a later
 * round has those that had failed.
 */
export const partsPrefix = (id: string) => `${jobPrefix(id)}parts/`
export const shardPartsPrefix = (id: string, shard: number) => `${partsPrefix(id)}${padded(shard, 8)}/`
export const partKey = (id: string, shard: number, round: number) =>
  `${shardPartsPrefix(id, shard)}${padded(round, 4)}.ndjson`
export function parsePartKey(key: string): { shard: number; round: number } {
  const [, shard, round] = /(\d+)\/(\d+)\.ndjson$/.exec(key) ?? []
  return { shard: Number(shard), round: Number(round) }
}

/** Markers. Each is written once, and the first writer decides for everyone. */
/** The body of a marker: only its existence counts, but some stores are picky about empty objects. */
export const MARKER_BODY = '{}'
export const markersPrefix = (id: string) => `${jobPrefix(id)}marks/`
export const closedMarker = (id: string) => `${markersPrefix(id)}closed`
/** All photos of the source are listed. */
export const listedMarker = (id: string) => `${markersPrefix(id)}listed`
export const roundMarker = (id: string, round: number) => `${markersPrefix(id)}round-${padded(round, 4)}`
/** How the callback ended: `delivered` or `given_up`. */
export const callbackMarker = (id: string, round: number, state: string) =>
  `${markersPrefix(id)}told-${padded(round, 4)}-${state}`
export const endMarker = (id: string, round: number) => `${markersPrefix(id)}end-${padded(round, 4)}`

/** All results in one object, once the job is done. */
export const resultsKey = (id: string) => `${jobPrefix(id)}results.ndjson`

/** What the check of a job found. */
export const checkKey = (id: string) => `${jobPrefix(id)}check.json`

/** The vectors of a job's photos, for the search: pieces, and once all of them are there, their number. */
export const vectorsPrefix = (id: string, finishedAt = '') =>
  `${jobPrefix(id)}vectors/${finishedAt && `${Date.parse(finishedAt)}/`}`
export const vectorsPieceKey = (id: string, finishedAt: string, piece: number) =>
  `${vectorsPrefix(id, finishedAt)}${padded(piece, 4)}`
export const vectorsEndKey = (id: string, finishedAt: string) => `${vectorsPrefix(id, finishedAt)}end`

/** Which job was created with an Idempotency-Key. */
export const KEYS = 'keys/'
export const idempotencyKey = (digest: string) => `${KEYS}${digest}`
