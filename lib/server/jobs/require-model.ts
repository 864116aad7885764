import { Problem } from '@/lib/shared/problems/problem'
import type { ModelName } from '@/lib/shared/results/columns'
import type { Engine } from '../engine/types'

/**
 * The model that a batch is made for, by its id or type; the default if none is named.
 *
 * @throws Problem `unknown_model`
 */
export function requireModel(engine: Engine, name: string | undefined): ModelName {
  const models = engine.models()
  const model = models.find((each) => (name === undefined ? each.default : name === each.id || name === each.type))
  if (!model) {
    const known = models.map(({ id, type }) => type ?? id).join(', ')
    throw new Problem('unknown_model', `There is no model of that name. Known: ${known}.`)
  }
  return { id: model.id, revision: model.revision }
}
