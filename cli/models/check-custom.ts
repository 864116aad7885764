import { readFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import type { Model } from '@/lib/server/engine/model'
import { Problem } from '@/lib/shared/problems/problem'
import { readExamples } from '@/lib/shared/training/example-file'
import { batchEngine } from '../eval/run'
import { statusOf } from './custom'
import type { ModelsContext } from './models-context'

/** A PNG with one gray pixel: the head is read when the first photo comes. */
const PHOTO = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNoAAAAggCBd81ytgAAAABJRU5ErkJggg==',
  'base64',
)

/**
 * Returns the problem with a custom model in one line, or null: its files have the digest that its folder is named
 * after, its examples can be read, and it classifies a photo on its base.
 */
export async function checkCustomModel(
  { root, maxPixels }: ModelsContext,
  model: Model,
  models: readonly Model[],
): Promise<string | null> {
  const error = statusOf(model, models) ?? damageOf(model) ?? (await examplesProblem(model))
  const base = models.find(({ id, head }) => id === model.head?.base.id && head === null)
  if (error !== null || base === undefined) return error
  const engine = await batchEngine({
    catalog: async () => [
      { ...model, default: true },
      { ...base, default: false },
    ],
    workerScript: join(root, 'dist', 'engine-worker.js'),
    workers: 1,
    maxPixels,
  })
  try {
    await engine.classify(PHOTO, { model: model.id, topK: 1 })
    return null
  } catch (error) {
    if (error instanceof Problem) return error.detail.replace(/\.$/, '')
    throw error
  } finally {
    await engine.close()
  }
}

function damageOf({ folder, revision }: Model): string | null {
  const expected = `sha256:${basename(folder)}`
  return revision === expected ? null : `its files were changed: their revision is ${revision} instead of ${expected}`
}

async function examplesProblem({ folder, head }: Model): Promise<string | null> {
  if (head?.kind === 'groups') return null
  const file = await readFile(join(folder, 'examples.safetensors')).catch(() => null)
  if (file === null) return 'examples.safetensors is missing, so that it can’t learn more'
  try {
    readExamples(file)
    return null
  } catch (error) {
    if (error instanceof Problem) return `examples.safetensors can’t be read: ${error.detail.replace(/\.$/, '')}`
    throw error
  }
}
