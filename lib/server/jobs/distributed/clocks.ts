import type { ObjectStore } from '../../storage/object-store'
import type { Ledger } from './ledger'

/** More than clocks that are kept right ever differ, and far less than anything is kept for. */
const MAX_SKEW_MS = 60_000

export interface Clocks {
  /** Milliseconds since 1970, by each. */
  redis: number
  bucket: number
  local: number
  /** Whether they agree to a minute. Where not, nobody can say which of them is wrong, and nothing may be deleted for its age. */
  agree: boolean
}

/** Reads all three. An answer that took long counts as given at any moment since it was asked for. */
export async function readClocks(store: ObjectStore, ledger: Ledger): Promise<Clocks> {
  const start = Date.now()
  const redis = await ledger.now()
  const bucket = await store.now()
  const local = Date.now()
  const [first, last] = [Math.min(start, redis, bucket), Math.max(local, redis, bucket)]
  return { redis, bucket, local, agree: last - first <= MAX_SKEW_MS + (local - start) }
}
