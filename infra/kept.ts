import { OPTIONS } from '../lib/server/config/options'
import {
  placeOf,
  SECRET_OPTIONS,
  type SecretOption,
  STAGE_SETTINGS,
  type StageSetting,
} from '../lib/shared/deployment/parameters'
import { didYouMean } from './did-you-mean'

/** A parameter of the SSM Parameter Store. The value of a secret is never asked for. */
export interface Parameter {
  /** With its path. */
  name: string
  type: string
  value: string
}

/** What is kept with a stage, by name. */
export interface Kept {
  /** What the stage is made of. */
  stage: Partial<Record<StageSetting, string>>
  /** Options of the app, for its tasks. */
  options: Record<string, string>
  /** Secrets that lie there. */
  secrets: SecretOption[]
}

const FORMS: Record<StageSetting, { form: RegExp; like: string }> = {
  DOMAIN: { form: /^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}$/, like: 'vision.example.com' },
  DNS_ZONE: { form: /^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}$/, like: 'example.com' },
  ALARM_EMAIL: { form: /^[^\s@]+@[^\s@]+\.[^\s@]+$/, like: 'you@example.com' },
}

/**
 * @param settings the parameters below the settings' path
 * @param secrets those beside them
 * @throws Error with one line where one is unknown, no setting, or has a value that is not allowed
 */
export function parseKept(settings: readonly Parameter[], secrets: readonly Parameter[]): Kept {
  const kept: Kept = { stage: {}, options: {}, secrets: [] }
  for (const { name: path, type, value } of settings) {
    const name = path.slice(path.lastIndexOf('/') + 1)
    if (type !== 'String') throw new Error(`${path} is a ${type}: settings are plain, as npm run deploy:set makes them`)
    checkSetting(name, value)
    if (isStageSetting(name)) kept.stage[name] = value
    else kept.options[name] = value
  }
  if (kept.stage.DNS_ZONE && !kept.stage.DOMAIN) throw new Error('DNS_ZONE is set, and DOMAIN is not')
  const there = new Set(secrets.map(({ name }) => name.slice(name.lastIndexOf('/') + 1)))
  kept.secrets = SECRET_OPTIONS.filter((name) => there.has(name))
  return kept
}

/** @throws Error with one line where a stage has no such setting, or not of this value */
export function checkSetting(name: string, value: string): void {
  const isOption = Object.hasOwn(OPTIONS, name)
  const place = placeOf(name, isOption)
  if (place === 'secret') throw new Error(`${name} is a secret: put it beside the settings, as a SecureString`)
  if (place === 'nowhere') throw new Error(`${name} is no setting of a stage: ${whyNot(name, isOption)}`)
  if (isStageSetting(name)) {
    if (!FORMS[name].form.test(value)) throw new Error(`${name}=${value} is nothing like ${FORMS[name].like}`)
    return
  }
  const schema = OPTIONS[name as keyof typeof OPTIONS]
  if (!schema.safeParse(value).success) throw new Error(`${name}=${value} is not allowed; see docs/configuration.md`)
}

function whyNot(name: string, isOption: boolean): string {
  if (isOption) return 'the deployment sets it itself, from the table of stages'
  const names = [...Object.keys(STAGE_SETTINGS), ...Object.keys(OPTIONS)].filter(
    (each) => placeOf(each, true) === 'setting',
  )
  const meant = didYouMean(name, names)
  return meant === null ? 'nothing reads it' : `did you mean ${meant}?`
}

function isStageSetting(name: string): name is StageSetting {
  return Object.hasOwn(STAGE_SETTINGS, name)
}
