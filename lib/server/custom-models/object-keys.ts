/**
 * Where custom models are kept, in a folder (`DATA_DIR/models`) or a bucket (`models/custom/`):
 *
 *     history/<id>/00000012.json       the revision that is current since step 12, or that the model was deleted
 *     files/<id>/<revision>/…          a complete model folder; never changed once it is in the history
 *
 * A step is added only if it doesn't exist. So one of two savers wins, and a crash leaves all of a revision or nothing:
 * files without a step don't count. All steps are together, so that one listing shows what is current.
 */

/** Where a bucket has them. */
export const BUCKET_PREFIX = 'models/custom/'
export const HISTORY = 'history/'
export const FILES = 'files/'

const DIGITS = 8
const STEP = /^history\/([^/]+)\/(\d{8})\.json$/
const FILE = /^files\/([^/]+)\/([0-9a-f]{64})\/(.+)$/

export function stepKey(id: string, step: number): string {
  return `${HISTORY}${id}/${String(step).padStart(DIGITS, '0')}.json`
}

/** Null if this isn't the key of a step. */
export function parseStepKey(key: string): { id: string; step: number } | null {
  const [, id, step] = STEP.exec(key) ?? []
  return id === undefined ? null : { id, step: Number(step) }
}

/** @param revision `sha256:` and 64 hex digits */
export function revisionPrefix(id: string, revision: string): string {
  return `${FILES}${id}/${revision.replace('sha256:', '')}/`
}

/** Null if this isn't the key of a model's file. */
export function parseFileKey(key: string): { id: string; revision: string; name: string } | null {
  const [, id, digest, name] = FILE.exec(key) ?? []
  return id === undefined || name === undefined ? null : { id, revision: `sha256:${digest}`, name }
}
