import { EXIT, Failure } from '../program/exit'
import { modelCheck } from './check'
import { find, installed } from './list'
import type { Where } from './where'

/** Checks one model or all: what is wrong with each is said, and the exit code is 1 where anything is. */
export async function verify(where: Where, name: string | undefined): Promise<void> {
  const models = name === undefined ? await installed(where) : [await find(where, name)]
  const check = modelCheck(where)
  let wrong = 0
  for (const { id, folder, revision, error } of models) {
    const reason = error ?? (await check(folder))
    if (reason !== null) wrong++
    console.log(`${id}: ${reason === null ? `right (${revision})` : `wrong: ${reason}`}`)
  }
  if (wrong > 0) throw new Failure(EXIT.failed, `${wrong} of ${models.length} models cannot be used.`)
}
