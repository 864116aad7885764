import { join } from 'node:path'

/** Folder of an incomplete model: next to the others, so that relative references work, but ignored by the catalog. */
export function partialFolder(modelsDir: string, id: string): string {
  return join(modelsDir, `.partial-${id}`)
}
