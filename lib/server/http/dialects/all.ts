import type { DialectName } from '@/lib/shared/dialects/dialects'
import { chosenDialects } from '../../config/dialects'
import type { ExplanationSlots } from '../explanation-slots'
import type { MemoryBudget } from '../memory-budget'
import type { App, Endpoints, Services } from '../services'
import type { Dialect } from './dialect'
import { gradio } from './gradio/gradio'
import { hf } from './hf/hf'
import { mcp } from './mcp/mcp'
import { oip } from './oip/oip'
import { openai } from './openai/openai'
import { tfServing } from './tf-serving/tf-serving'
import { torchserve } from './torchserve/torchserve'

const MAKERS: Record<
  DialectName,
  (services: Services, uploads: MemoryBudget, explanations: ExplanationSlots) => Dialect
> = {
  gradio,
  hf,
  mcp,
  oip,
  openai,
  'tf-serving': tfServing,
  torchserve,
}

/** The dialects that `DIALECTS` turns on. */
export function dialects(services: Services, uploads: MemoryBudget, explanations: ExplanationSlots): Dialect[] {
  return chosenDialects(services.environment).map((name) => MAKERS[name](services, uploads, explanations))
}

/** The paths of dialects with their handlers. */
export function dialectRoutes(all: readonly Dialect[]): [path: string, handlers: Endpoints][] {
  return all.flatMap(({ routes }) => Object.entries(routes))
}

/** Sends the errors of each dialect's paths in the form that its clients expect. */
export function setErrorForms(app: App, all: readonly Dialect[]): void {
  const use = (path: string, errorReply: Dialect['errorReply']) =>
    app.use(path, (c, next) => {
      c.set('errorReply', errorReply)
      return next()
    })
  const prefixes = all.flatMap(({ prefixes, errorReply }) => prefixes.map((prefix) => ({ prefix, errorReply })))
  // The longest last: it decides.
  prefixes.sort((a, b) => a.prefix.length - b.prefix.length)
  for (const { prefix, errorReply } of prefixes) use(`${prefix}/*`, errorReply)
  for (const { routes, errorReply } of all) for (const path of Object.keys(routes)) use(path, errorReply)
}
