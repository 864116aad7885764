import { customConfigSchema } from '@/lib/shared/training/folder/custom-config'
import { describedAgain } from '@/lib/shared/training/folder/model-folder'
import { keepFiles } from './keep'
import type { OwnModel } from './store'

/**
 * Gives a model of this browser another name, also in its files.
 *
 * @throws Failure
 */
export async function renameModel({ id, files }: OwnModel, title: string): Promise<OwnModel> {
  const config = customConfigSchema.parse(JSON.parse(await files['config.json'].text()))
  const evaluation = files['evaluation.json'] ? JSON.parse(await files['evaluation.json'].text()) : null
  const contents = new Map<string, Uint8Array | string>()
  for (const [name, file] of Object.entries(files)) contents.set(name, new Uint8Array(await file.arrayBuffer()))
  for (const [name, content] of describedAgain(config, { title }, evaluation)) contents.set(name, content)
  return keepFiles(id, contents)
}
