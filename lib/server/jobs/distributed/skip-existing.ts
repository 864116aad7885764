import { Problem } from '@/lib/shared/problems/problem'
import type { ObjectStore } from '../../storage/object-store'
import type { Draft } from '../backend'
import { unknownJob } from '../problems'
import type { Ledger } from './ledger'
import { loadNames, restoreJob } from './restore'

/**
 * Skips photos whose names the job already has. The names are in Redis; if it has lost any, they are read from the
 * bucket.
 */
export function skipExisting(store: ObjectStore, ledger: Ledger, id: string, writer: Draft): Draft {
  return {
    async add(input, bytes) {
      if (!(await hasName(store, ledger, id, input.file))) await writer.add(input, bytes)
    },
    get count() {
      return writer.count
    },
    get heldBytes() {
      return writer.heldBytes ?? 0
    },
  }
}

async function hasName(store: ObjectStore, ledger: Ledger, id: string, name: string): Promise<boolean> {
  const known = await ledger.names.has(id, name)
  if (known !== null) return known
  if (!(await restoreJob(store, ledger, id))) throw unknownJob()
  await loadNames(store, ledger, id)
  await ledger.names.markComplete(id)
  const has = await ledger.names.has(id, name)
  if (has !== null) return has
  throw new Problem('not_ready', 'Redis keeps losing the names of the photos. Try again later.', {
    retryAfterSeconds: 5,
  })
}
