/** Where everything of a job lies in the bucket. What is written here is the truth; Redis can be made anew from it. */

const padded = (number: number, digits: number) => String(number).padStart(digits, '0')

export const JOBS = 'jobs/'
export const jobPrefix = (id: string) => `${JOBS}${id}/`
/** What the job was made with. Written when all its photos are, and removed first: without it there is no job. */
export const specKey = (id: string) => `${jobPrefix(id)}job.json`
export const inputsPrefix = (id: string) => `${jobPrefix(id)}inputs/`
export const packKey = (id: string, name: string) => `${inputsPrefix(id)}${name}`

/** Photos of a shard, a line each. Shards are numbered without gaps in the order in which they were taken in; one without photos ends them. */
export const manifestPrefix = (id: string) => `${jobPrefix(id)}manifest/`
export const manifestKey = (id: string, shard: number) => `${manifestPrefix(id)}${padded(shard, 8)}.ndjson`
export const parseManifestKey = (key: string) => Number(/(\d+)\.ndjson$/.exec(key)?.[1])

/** Results of a shard in a round. Round 0 has all its photos, unless a later one came first; a later round those that had failed. */
export const partsPrefix = (id: string) => `${jobPrefix(id)}parts/`
export const shardPartsPrefix = (id: string, shard: number) => `${partsPrefix(id)}${padded(shard, 8)}/`
export const partKey = (id: string, shard: number, round: number) =>
  `${shardPartsPrefix(id, shard)}${padded(round, 4)}.ndjson`
export function parsePartKey(key: string): { shard: number; round: number } {
  const [, shard, round] = /(\d+)\/(\d+)\.ndjson$/.exec(key) ?? []
  return { shard: Number(shard), round: Number(round) }
}

/** Marks, each written once: whoever writes one first has said it for all. */
/** The body of a marker: only its existence counts, but some stores are picky about empty objects. */
export const MARKER_BODY = '{}'
export const markersPrefix = (id: string) => `${jobPrefix(id)}marks/`
export const closedMarker = (id: string) => `${markersPrefix(id)}closed`
/** All photos of the source are listed. */
export const listedMarker = (id: string) => `${markersPrefix(id)}listed`
export const roundMarker = (id: string, round: number) => `${markersPrefix(id)}round-${padded(round, 4)}`
/** How its end was told to who asked for it: `delivered`, or `given_up`. */
export const callbackMarker = (id: string, round: number, state: string) =>
  `${markersPrefix(id)}told-${padded(round, 4)}-${state}`
export const endMarker = (id: string, round: number) => `${markersPrefix(id)}end-${padded(round, 4)}`

/** All results in one object, when the job is done. */
export const resultsKey = (id: string) => `${jobPrefix(id)}results.ndjson`

/** Which job an Idempotency-Key has made. */
export const KEYS = 'keys/'
export const idempotencyKey = (digest: string) => `${KEYS}${digest}`
