import { Problem } from '@/lib/shared/problems/problem'
import type { ObjectStore } from '../../storage/objects'
import type { Draft } from '../jobs'
import { unknownJob } from '../new-spec'
import type { Ledger } from './ledger'
import { rememberNames, restoreJob } from './restore'

/** Leaves out what the job has by that name. Redis has the names at hand; where it has lost any, they are read in the bucket. */
export function onlyNew(store: ObjectStore, ledger: Ledger, id: string, writer: Draft): Draft {
  return {
    async add(input, bytes) {
      if (!(await hasName(store, ledger, id, input.file))) await writer.add(input, bytes)
    },
    get count() {
      return writer.count
    },
    get held() {
      return writer.held ?? 0
    },
  }
}

async function hasName(store: ObjectStore, ledger: Ledger, id: string, name: string): Promise<boolean> {
  const known = await ledger.hasName(id, name)
  if (known !== null) return known
  if (!(await restoreJob(store, ledger, id))) throw unknownJob()
  await rememberNames(store, ledger, id)
  await ledger.noteNames(id)
  const has = await ledger.hasName(id, name)
  if (has !== null) return has
  throw new Problem('not_ready', 'Redis forgets the names of the photos. Try again.', { retryAfterSeconds: 5 })
}
