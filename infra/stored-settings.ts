import { OPTIONS } from '../lib/server/config/options'
import {
  placeOf,
  SECRET_OPTIONS,
  type SecretOption,
  STAGE_SETTINGS,
  type StageSetting,
} from '../lib/shared/deployment/parameters'
import { nearest } from '../lib/shared/search/nearest'

/** A parameter in the SSM Parameter Store. Secret values are never requested. */
export interface Parameter {
  /** Full path. */
  name: string
  type: string
  value: string
}

/** The stored configuration of a stage. */
export interface StoredSettings {
  /** Settings of the stage itself. */
  stage: Partial<Record<StageSetting, string>>
  /** App options for the tasks. */
  options: Record<string, string>
  /** Secrets that exist. */
  secrets: SecretOption[]
}

const FORMS: Record<StageSetting, { form: RegExp; like: string }> = {
  DOMAIN: { form: /^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}$/, like: 'vision.example.com' },
  DNS_ZONE: { form: /^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}$/, like: 'example.com' },
  ALARM_EMAIL: { form: /^[^\s@]+@[^\s@]+\.[^\s@]+$/, like: 'you@example.com' },
}

/**
 * @param settings parameters below the settings path
 * @param secrets parameters next to them
 * @throws Error with one line if a name is unknown or not a setting, or a value is invalid
 */
export function parseStoredSettings(settings: readonly Parameter[], secrets: readonly Parameter[]): StoredSettings {
  const stored: StoredSettings = { stage: {}, options: {}, secrets: [] }
  for (const { name: path, type, value } of settings) {
    const name = path.slice(path.lastIndexOf('/') + 1)
    if (type !== 'String')
      throw new Error(`${path} is a ${type}, but settings must be a String. Set it with npm run deploy:set`)
    checkSetting(name, value)
    if (isStageSetting(name)) stored.stage[name] = value
    else stored.options[name] = value
  }
  if (stored.stage.DNS_ZONE && !stored.stage.DOMAIN)
    throw new Error('DNS_ZONE is set without DOMAIN. Set DOMAIN, or remove DNS_ZONE')
  const there = new Set(secrets.map(({ name }) => name.slice(name.lastIndexOf('/') + 1)))
  stored.secrets = SECRET_OPTIONS.filter((name) => there.has(name))
  return stored
}

/** @throws Error with one line if a stage has no such setting, or if the value is invalid */
export function checkSetting(name: string, value: string): void {
  const isOption = Object.hasOwn(OPTIONS, name)
  const place = placeOf(name, isOption)
  if (place === 'secret') throw new Error(`${name} is a secret. Store it as a SecureString next to the settings`)
  if (place === 'nowhere') throw new Error(`${name} is not a stage setting: ${whyNot(name, isOption)}`)
  if (isStageSetting(name)) {
    if (!FORMS[name].form.test(value))
      throw new Error(`${name}=${value} is invalid. Use a value like ${FORMS[name].like}`)
    return
  }
  const schema = OPTIONS[name as keyof typeof OPTIONS]
  if (!schema.safeParse(value).success) throw new Error(`${name}=${value} is invalid. See docs/configuration.md`)
}

function whyNot(name: string, isOption: boolean): string {
  if (isOption) return 'the deployment sets it from the stage table'
  const names = [...Object.keys(STAGE_SETTINGS), ...Object.keys(OPTIONS)].filter(
    (each) => placeOf(each, true) === 'setting',
  )
  const meant = nearest(name, names, { samePrefix: 4 })
  return meant === undefined ? 'nothing reads it' : `did you mean ${meant}?`
}

function isStageSetting(name: string): name is StageSetting {
  return Object.hasOwn(STAGE_SETTINGS, name)
}
