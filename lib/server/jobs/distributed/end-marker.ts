import type { ObjectStore } from '../../storage/object-store'
import { endMarker } from './object-keys'

/** How a round of a job ended. */
export interface End {
  state: 'done' | 'cancelled'
  finished_at: string
  /** The number of shards, including the one that closed the job. Later shards were refused. */
  shards?: number
}

/** Null if the round hasn't ended. */
export async function readEnd(store: ObjectStore, id: string, round: number): Promise<End | null> {
  const object = await store.get(endMarker(id, round))
  return object && (JSON.parse(Buffer.from(object.bytes).toString('utf8')) as End)
}
