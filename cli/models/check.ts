import { join } from 'node:path'
import { readModelFolder } from '@/lib/server/catalog/catalog'
import { InstallError } from '@/lib/server/catalog/install'
import { type Model, readModel } from '@/lib/server/engine/model'
import type { LoadReport } from '@/lib/server/engine/protocol'
import type { Engine } from '@/lib/server/engine/types'
import { Problem } from '@/lib/shared/problems/problem'
import { batchEngine } from '../eval/run'
import { EXIT, Failure } from '../program/exit'
import type { ModelsContext } from './models-context'

/** Returns the problem with a model folder in one line, or null: it is read, loaded and run as on a server. */
export function modelCheck(
  { root, maxPixels }: ModelsContext,
  found?: (model: Model, report: LoadReport) => void,
): (folder: string) => Promise<string | null> {
  return async (folder) => {
    const entry = await readModelFolder(folder)
    const model = await readModel(entry)
    if (model.error !== null) return model.error
    const engine = await batchEngine({
      catalog: async () => [entry],
      workerScript: join(root, 'dist', 'engine-worker.js'),
      workers: 1,
      maxPixels,
    })
    const error = engine.models()[0]?.error ?? (model.text && (await textProblem(engine, model.id)))
    const report = engine.report(model.id)
    if (error === null && report) found?.(model, report)
    await engine.close()
    return error
  }
}

/** Why a text-image model can't embed texts, in one line; null if it can. */
async function textProblem(engine: Pick<Engine, 'embedText'>, id: string): Promise<string | null> {
  try {
    await engine.embedText(['a photo'], { model: id })
    return null
  } catch (error) {
    if (error instanceof Problem) return error.detail.replace(/\.$/, '')
    throw error
  }
}

/** Converts an installation error to a failure with an exit code. */
export function toFailure(error: unknown): unknown {
  if (!(error instanceof InstallError)) return error
  const codes = {
    invalid: EXIT.invalid,
    exists: EXIT.failed,
    missing: EXIT.notFound,
    'no-space': EXIT.noSpace,
  } as const
  return new Failure(codes[error.kind], toSentence(error.message), { cause: error })
}

/** Turns a message into a sentence. */
export function toSentence(message: string): string {
  // A path or a name at the start is kept unchanged.
  const start = /^[a-z]+ /.test(message) ? message.charAt(0).toUpperCase() : message.charAt(0)
  return `${start}${message.slice(1)}${message.endsWith('.') ? '' : '.'}`
}
