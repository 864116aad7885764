import { CUSTOM_ID, type CustomDescription, descriptionSchema } from '@/lib/shared/contract/custom-models'
import { EXIT, Failure } from '../program/exit'
import type { TrainOptions } from './options'

/** How the options describe the model. @throws Failure if one is invalid, or the model has no name */
export function descriptionOf({ name, purpose, license, add, refresh, id }: TrainOptions): CustomDescription {
  if (add !== undefined && refresh !== undefined) throw new Failure(EXIT.usage, 'Use either --add or --refresh.')
  if ((name ?? id ?? add ?? refresh) === undefined) throw new Failure(EXIT.usage, 'Name the model with --name.')
  if (id !== undefined && !CUSTOM_ID.test(id))
    throw new Failure(EXIT.usage, '--id: use 1 to 63 lowercase letters, digits, hyphens and underscores.')
  const given = Object.entries({ title: name, purpose, license }).filter(([, value]) => value !== undefined)
  const parsed = descriptionSchema.safeParse(Object.fromEntries(given))
  if (parsed.success) return parsed.data
  const [issue] = parsed.error.issues
  throw new Failure(EXIT.usage, `--${issue?.path[0] === 'title' ? 'name' : String(issue?.path[0])}: ${issue?.message}.`)
}
