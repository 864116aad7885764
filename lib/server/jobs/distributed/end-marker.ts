import type { ObjectStore } from '../../storage/object-store'
import { endMarker } from './object-keys'

/** How a round of a job ended. */
export interface End {
  state: 'done' | 'cancelled'
  finished_at: string
  /** How many shards there were, with the one that closed the job: what came in later was refused. */
  shards?: number
}

/** Null where the round is not over. */
export async function readEnd(store: ObjectStore, id: string, round: number): Promise<End | null> {
  const object = await store.get(endMarker(id, round))
  return object && (JSON.parse(Buffer.from(object.bytes).toString('utf8')) as End)
}
