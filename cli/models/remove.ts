import { readCatalogFile } from '@/lib/server/catalog/catalog'
import { remove } from '@/lib/server/catalog/install'
import { EXIT, Failure } from '../program/exit'
import { asFailure } from './check'
import type { Where } from './where'

/** Takes a model away, but none that a type of the catalogue stands on. */
export async function removeModel({ modelsDir }: Where, id: string): Promise<void> {
  const { types } = await readCatalogFile(modelsDir)
  const type = Object.entries(types).find(([, entry]) => entry.id === id)?.[0]
  if (type) throw new Failure(EXIT.failed, `${id} is the type ${type} of catalog.json; name another there first.`)
  await remove(modelsDir, id).catch((error) => {
    throw asFailure(error)
  })
  console.log(`${id} is removed.`)
}
