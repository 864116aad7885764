import type { ObjectStore } from '../../storage/object-store'
import type { Ledger } from './ledger'

/** Larger than synchronized clocks ever differ, and far smaller than any retention. */
const MAX_SKEW_MS = 60_000

export interface Clocks {
  /** Milliseconds since 1970, by each clock. */
  redis: number
  bucket: number
  local: number
  /** Whether the clocks agree to a minute. If not, no one can tell which is wrong, so nothing may expire. */
  agree: boolean
}

/** Reads all three clocks. The time of a slow answer may be any moment since the request. */
export async function readClocks(store: ObjectStore, ledger: Ledger): Promise<Clocks> {
  const start = Date.now()
  const redis = await ledger.now()
  const bucket = await store.now()
  const local = Date.now()
  const [first, last] = [Math.min(start, redis, bucket), Math.max(local, redis, bucket)]
  return { redis, bucket, local, agree: last - first <= MAX_SKEW_MS + (local - start) }
}
