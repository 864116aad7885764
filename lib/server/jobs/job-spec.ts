import { randomBytes } from 'node:crypto'
import type { JobParameters } from '@/lib/shared/contract/jobs'
import { Problem } from '@/lib/shared/problems/problem'
import type { Engine } from '../engine/types'
import type { JobSpec } from './backend'
import { requireModel } from './require-model'

/**
 * What a new job is made with: the model's revision is fixed here.
 *
 * @throws Problem `unknown_model`
 */
export function newSpec(engine: Engine, { model, top_k, threshold, callback_url, source }: JobParameters): JobSpec {
  const secret = randomBytes(32).toString('hex')
  return {
    id: newId(),
    model: requireModel(engine, model),
    top_k,
    threshold,
    created_at: new Date().toISOString(),
    ...(source === undefined ? {} : { source }),
    ...(callback_url === undefined ? {} : { callback: { url: callback_url, secret } }),
  }
}

/** As many bits as a key: whoever knows it may read the results. It never begins with `-`, which a command would take for an option. */
function newId(): string {
  return randomBytes(24).toString('base64url').replace(/^-/, '0')
}

/** A place among results that was never told of this job. */
export function invalidCursor(): Problem {
  return new Problem('invalid_parameter', 'The cursor is none of this job. Begin with an empty one.')
}

export function unknownJob(): Problem {
  return new Problem('unknown_job', 'There is no such job, or it has been deleted.')
}
