import { join } from 'node:path'
import { readHeadFolder } from '@/lib/server/catalog/catalog'
import { FolderObjects } from '@/lib/server/custom-models/folder-objects'
import { revisionPrefix } from '@/lib/server/custom-models/object-keys'
import { CustomModelStore } from '@/lib/server/custom-models/store'
import { type Model, readModel } from '@/lib/server/engine/model'

/** The store of custom models in a data folder. */
export function customStore(dataDir: string): CustomModelStore {
  return new CustomModelStore(new FolderObjects(join(dataDir, 'models')))
}

/** The custom models in a data folder. */
export async function customModels(dataDir: string): Promise<Model[]> {
  const steps = await customStore(dataDir).current()
  return Promise.all(
    [...steps.values()].map(async ({ id, revision }) =>
      readModel(await readHeadFolder(id, join(dataDir, 'models', revisionPrefix(id, revision ?? '')))),
    ),
  )
}
