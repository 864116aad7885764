import { EXIT, Failure } from '../program/exit'
import { modelCheck } from './check'
import { findModel, installed } from './list'
import type { ModelsContext } from './models-context'

/** Verifies one model or all, and reports problems. The exit code is 1 if there are any. */
export async function verify(context: ModelsContext, name: string | undefined): Promise<void> {
  const models = name === undefined ? await installed(context) : [await findModel(context, name)]
  const check = modelCheck(context)
  let failed = 0
  for (const { id, folder, revision, error } of models) {
    const reason = error ?? (await check(folder))
    if (reason !== null) failed++
    console.log(`${id}: ${reason === null ? `OK (${revision})` : `failed: ${reason}`}`)
  }
  if (failed > 0) throw new Failure(EXIT.failed, `${failed} of ${models.length} models failed verification.`)
}
