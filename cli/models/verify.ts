import { EXIT, Failure } from '../program/exit'
import { modelCheck } from './check'
import { checkCustomModel } from './check-custom'
import { findModel, installed } from './list'
import type { ModelsContext } from './models-context'

/** Verifies one model or all, and reports problems. The exit code is 1 if there are any. */
export async function verify(context: ModelsContext, name: string | undefined): Promise<void> {
  const all = await installed(context)
  const models = name === undefined ? all : [await findModel(context, name)]
  const check = modelCheck(context)
  let failed = 0
  for (const model of models) {
    const { id, folder, revision } = model
    const reason = model.head ? await checkCustomModel(context, model, all) : (model.error ?? (await check(folder)))
    if (reason !== null) failed++
    console.log(`${id}: ${reason === null ? `OK (${revision})` : `failed: ${reason}`}`)
  }
  if (failed > 0) throw new Failure(EXIT.failed, `${failed} of ${models.length} models failed verification.`)
}
