import { join } from 'node:path'
import { readModelFolder } from '@/lib/server/catalog/catalog'
import { InstallError } from '@/lib/server/catalog/install'
import { type Model, readModel } from '@/lib/server/engine/model'
import type { LoadReport } from '@/lib/server/engine/protocol'
import { batchEngine } from '../eval/run'
import { EXIT, Failure } from '../program/exit'
import type { ModelsContext } from './models-context'

/** What is wrong with a folder as a model, in one line, or null: it is read, loaded and run as the server would. */
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
    const error = engine.models()[0]?.error ?? null
    const report = engine.report(model.id)
    if (error === null && report) found?.(model, report)
    await engine.close()
    return error
  }
}

/** The exit code of what kept a model from being installed. */
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

/** A message as a sentence of its own. */
export function toSentence(message: string): string {
  // A path or a name at the start stays as it is.
  const start = /^[a-z]+ /.test(message) ? message.charAt(0).toUpperCase() : message.charAt(0)
  return `${start}${message.slice(1)}${message.endsWith('.') ? '' : '.'}`
}
