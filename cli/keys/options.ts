import { InvalidArgumentError } from 'commander'
import { type CreateKey, createKeySchema } from '@/lib/shared/contract/keys'
import { EXIT, Failure } from '../program/exit'

export interface CreateOptions {
  scopes: string
  expires?: string
  rateLimit?: string
  quota?: string
  models?: string
  origins?: string
}

const DAY_MS = 86_400_000

/** The terms of a key from the command line. @throws Failure that names the option */
export function termsOf(name: string, options: CreateOptions): CreateKey {
  const parsed = createKeySchema.safeParse({
    name,
    scopes: listOf(options.scopes),
    expires: options.expires === undefined ? null : timeOf(options.expires),
    rate_limit: numberOf(options.rateLimit),
    monthly_quota: numberOf(options.quota),
    models: listOf(options.models),
    origins: listOf(options.origins),
  })
  if (parsed.success) return parsed.data
  const [issue] = parsed.error.issues
  throw new Failure(EXIT.usage, `${String(issue?.path[0])} is invalid: ${issue?.message}.`)
}

/** Hours, from `24` or `24h` or `7d`. @throws InvalidArgumentError */
export function hoursOf(text: string): number {
  const [, count, unit] = /^(\d{1,4})([hd]?)$/.exec(text) ?? []
  if (count === undefined) throw new InvalidArgumentError('Use hours or days, such as 24h or 7d.')
  return Number(count) * (unit === 'd' ? 24 : 1)
}

/** A time, from a date or a number of days from now. */
function timeOf(text: string): string {
  const days = /^(\d{1,5})d$/.exec(text)?.[1]
  const time = days === undefined ? Date.parse(text) : Date.now() + Number(days) * DAY_MS
  if (time <= Date.now()) throw new Failure(EXIT.usage, `${text} is in the past.`)
  if (Number.isNaN(time)) throw new Failure(EXIT.usage, `${text} is no time. Use a date, or days from now such as 90d.`)
  return new Date(time).toISOString()
}

function listOf(text: string | undefined): string[] {
  return text === undefined ? [] : text.split(',').map((each) => each.trim())
}

function numberOf(text: string | undefined): number | null {
  return text === undefined ? null : Number(text)
}
