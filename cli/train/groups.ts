import { readFile } from 'node:fs/promises'
import Papa from 'papaparse'
import { slugOf } from '@/lib/server/custom-models/service'
import { Problem } from '@/lib/shared/problems/problem'
import { groupsFolder } from '@/lib/shared/training/folder/model-folder'
import { groupLabels } from '@/lib/shared/training/groups'
import { chooseModel } from '../models/choose-model'
import { customStore, requireFreeId } from '../models/custom'
import type { CommandContext } from '../program/context'
import { EXIT, Failure } from '../program/exit'
import { descriptionOf } from './description'
import type { TrainOptions } from './options'

/** Makes a custom model whose labels are groups of another model's labels. It needs no photo. @throws Failure */
export async function trainGroups(path: string, options: TrainOptions, context: CommandContext): Promise<void> {
  if (options.add !== undefined || options.refresh !== undefined)
    throw new Failure(EXIT.usage, '--groups makes a new model: leave out --add and --refresh.')
  const description = descriptionOf(options)
  const workers = 1
  const { model } = await chooseModel({ ...context, ...options, model: options.base, workers })
  if (model.base !== null)
    throw new Failure(EXIT.invalid, `${model.id} is a custom model. Use its base, ${model.base}.`)
  const id = options.id ?? slugOf(description.title ?? '')
  await requireFreeId(options.modelsDir, options.dataDir, id)
  const members = await readGroups(path)
  try {
    const groups = groupLabels(
      model.classes.map(({ label }) => label),
      members,
    )
    const base = { id: model.id, revision: model.revision }
    const { title = options.id, license, purpose } = description
    const files = groupsFolder(groups, {
      title,
      license,
      purpose,
      base,
      created: new Date().toISOString(),
      unlisted: false,
    })
    const store = customStore(options.dataDir)
    const { revision } = await store.save(id, files, null)
    console.log(
      options.json
        ? JSON.stringify({ id, revision, base: model.id, labels: groups.names }, null, 2)
        : `${id}, on ${model.id}: ${groups.names.join(', ')}`,
    )
  } catch (error) {
    if (error instanceof Problem)
      throw new Failure(error.code === 'conflict' ? EXIT.failed : EXIT.invalid, error.detail)
    throw error
  }
}

/** The labels of each group, from a CSV with a label and its group in each line. @throws Failure */
async function readGroups(path: string): Promise<Map<string, string[]>> {
  const text = await readFile(path, 'utf8').catch(() => {
    throw new Failure(EXIT.notFound, `There is no file named ${path}.`)
  })
  const { data } = Papa.parse<string[]>(text.replace(/^\uFEFF/, ''), { skipEmptyLines: 'greedy' })
  const rows = /^labels?$/i.test(data[0]?.[0]?.trim() ?? '') ? data.slice(1) : data
  const groups = new Map<string, string[]>()
  for (const [label = '', group = ''] of rows) {
    if (group.trim() === '') throw new Failure(EXIT.invalid, `${path}: the label ${label} has no group.`)
    groups.set(group.trim(), [...(groups.get(group.trim()) ?? []), label.trim()])
  }
  return groups
}
