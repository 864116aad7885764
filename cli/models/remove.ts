import { readCatalogFile } from '@/lib/server/catalog/catalog'
import { remove } from '@/lib/server/catalog/install'
import { EXIT, Failure } from '../program/exit'
import { toFailure } from './check'
import { customStore } from './custom'
import type { ModelsContext } from './models-context'

/** Removes a model, unless a type in the catalog refers to it. */
export async function removeModel({ modelsDir, dataDir }: ModelsContext, id: string): Promise<void> {
  if (await customStore(dataDir).remove(id)) {
    console.log(`${id} was removed.`)
    return
  }
  const { types } = await readCatalogFile(modelsDir)
  const type = Object.entries(types).find(([, entry]) => entry.id === id)?.[0]
  if (type)
    throw new Failure(
      EXIT.failed,
      `${id} is the ${type} model in catalog.json. Assign another model to that type first.`,
    )
  await remove(modelsDir, id).catch((error) => {
    throw toFailure(error)
  })
  console.log(`${id} was removed.`)
}
