import { wantsSignIn } from '../config/environment'

const KEY = Symbol.for('vision-object-classifier.guard')
const world = globalThis as { [KEY]?: true }

/** Says that the pages of this process stand behind a host that asks for the password. */
export function guardPages(): void {
  world[KEY] = true
}

/** Whether pages must not be shown: a password is wanted, and nothing in front of them asks for it. */
export function pagesLackGuard(): boolean {
  return wantsSignIn() && world[KEY] !== true
}
