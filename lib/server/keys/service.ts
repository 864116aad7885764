import type { ApiKey, CreateKey, NewApiKey, UsageRow } from '@/lib/shared/contract/keys'
import { Problem } from '@/lib/shared/problems/problem'
import { PageSessions } from './page-session'
import { Permission } from './permission'
import { quotaExceeded, takeUpTo } from './quota'
import { type KeyRecord, requireActive, viewOf } from './record'
import type { KeyRegistry } from './registry'
import type { KeyStore } from './store'
import { createSecret } from './token'
import { dayOf, endOfMonth, type Meter, monthOf, type Usage } from './usage/meter'

/** Days of a query for usage (UTC), both included. */
export interface Period {
  from: string
  to: string
}

/** Keys, what they did, and the sessions of pages. */
export class KeyService {
  readonly permission: Permission
  /** Called with everything that is counted, for the metrics. */
  onUse: (key: KeyRecord, usage: Partial<Usage>) => void = () => {}
  private sessionsOpened: Promise<PageSessions> | null = null

  constructor(
    private readonly store: KeyStore,
    readonly registry: KeyRegistry,
    private readonly meter: Meter,
    /** Whether requests without a key are refused. */
    readonly required: boolean,
  ) {
    this.permission = new Permission(meter, (key, usage, now) => this.count(key, usage, now))
  }

  /** The sessions of pages, the same for all instances. @throws Problem `not_ready` */
  sessions(): Promise<PageSessions> {
    this.sessionsOpened ??= this.store.sessionSecret(createSecret).then((secret) => new PageSessions(secret))
    this.sessionsOpened.catch(() => {
      this.sessionsOpened = null
    })
    return this.sessionsOpened
  }

  /** All keys, the newest first. @throws Problem `not_ready` */
  async list(): Promise<ApiKey[]> {
    const { keys, now } = await this.registry.snapshot()
    const records = [...keys.values()].map(({ record }) => record)
    records.sort((a, b) => (a.created < b.created ? 1 : -1))
    return Promise.all(records.map((record) => this.view(record, now)))
  }

  /**
   * Takes photos that a job lists in a bucket from the quota of the key that created it, as many as are left, and counts
   * them.
   *
   * @param sizes bytes of each
   * @returns how many were taken, and why not all
   * @throws Problem `not_ready`, `storage_full`
   */
  async takeListed(id: string, sizes: readonly number[]): Promise<{ taken: number; refusal: Problem | null }> {
    const { keys, now } = await this.registry.snapshot()
    const key = keys.get(id)?.record
    if (key === undefined)
      return { taken: 0, refusal: new Problem('invalid_key', 'The key of this job no longer exists.') }
    try {
      requireActive(key, now)
    } catch (error) {
      return { taken: 0, refusal: error as Problem }
    }
    const taken = await takeUpTo(this.meter, key, sizes.length, now)
    const bytes = sizes.slice(0, taken).reduce((sum, size) => sum + size, 0)
    if (taken > 0) this.count(key, { photos: taken, bytes }, now)
    return { taken, refusal: taken < sizes.length ? quotaExceeded(key, now) : null }
  }

  /** Adds to the use of a key. @param now by the clock that all instances share (milliseconds since 1970) */
  count(key: KeyRecord, usage: Partial<Usage>, now: number): void {
    this.meter.count(key.id, usage, now)
    this.onUse(key, usage)
  }

  async create(terms: CreateKey): Promise<NewApiKey> {
    const { record, secret } = await this.registry.create(terms)
    return { key: viewOf(record, Date.parse(record.created), { lastUsed: null, monthPhotos: 0 }), secret }
  }

  async revoke(id: string): Promise<ApiKey> {
    return this.viewNow(await this.registry.revoke(id))
  }

  async rotate(id: string, graceHours: number): Promise<NewApiKey> {
    const { record, secret } = await this.registry.rotate(id, graceHours)
    return { key: await this.viewNow(record), secret }
  }

  /** The use of all keys, or of one, by day; days without any are left out. @throws Problem `not_ready` */
  async usage({ from, to }: Period, only?: string): Promise<UsageRow[]> {
    const { keys } = await this.registry.snapshot()
    const records = [...keys.values()].map(({ record }) => record).filter(({ id }) => only === undefined || id === only)
    const months = monthsOf({ from, to })
    const rows = await Promise.all(
      records.flatMap(({ id, name }) =>
        months.map(async (month) => {
          const { days } = await this.meter.month(id, month)
          return [...days].map(([day, usage]) => ({
            day: `${month}-${String(day).padStart(2, '0')}`,
            id,
            name,
            ...usage,
          }))
        }),
      ),
    )
    const inOrder = (a: UsageRow, b: UsageRow) => (`${a.day} ${a.name}` < `${b.day} ${b.name}` ? -1 : 1)
    return rows
      .flat()
      .filter(({ day }) => day >= from && day <= to)
      .sort(inOrder)
  }

  /** The time by the clock that all instances share (milliseconds since 1970). */
  async now(): Promise<number> {
    return (await this.registry.snapshot()).now
  }

  async close(): Promise<void> {
    await this.meter.close()
  }

  private async viewNow(record: KeyRecord): Promise<ApiKey> {
    return this.view(record, await this.now())
  }

  /** A key that wasn't used this month may have been used in the one before. */
  private async view(record: KeyRecord, now: number): Promise<ApiKey> {
    const month = await this.meter.month(record.id, monthOf(now))
    const lastUsed = month.lastUsed ?? (await this.lastUsedBefore(record, now))
    return viewOf(record, now, { lastUsed, monthPhotos: month.quota })
  }

  private async lastUsedBefore({ id, created }: KeyRecord, now: number): Promise<number | null> {
    const months = monthsOf({ from: created.slice(0, 10), to: dayOf(now) })
      .reverse()
      .slice(1, MAX_MONTHS)
    for (const month of months) {
      const { lastUsed } = await this.meter.month(id, month)
      if (lastUsed !== null) return lastUsed
    }
    return null
  }
}

/** Usage is kept for a little longer than a year. */
const MAX_MONTHS = 15

/** The months of a period: `2026-11`. */
function monthsOf({ from, to }: Period): string[] {
  const months: string[] = []
  for (let time = Date.parse(from); monthOf(time) <= monthOf(Date.parse(to)); time = endOfMonth(time))
    months.push(monthOf(time))
  return months
}
