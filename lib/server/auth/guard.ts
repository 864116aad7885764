import { wantsSignIn } from '../config/environment'

const KEY = Symbol.for('vision-object-classifier.guard')
const globals = globalThis as { [KEY]?: true }

/** Marks the pages of this process as protected by a host that checks the password. */
export function guardPages(): void {
  globals[KEY] = true
}

/** Whether pages must not be served: a password is required, but nothing in front of them checks it. */
export function pagesLackGuard(): boolean {
  return wantsSignIn() && globals[KEY] !== true
}
