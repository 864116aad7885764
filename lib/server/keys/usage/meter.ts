/** What a key did on one day (UTC). */
export interface Usage {
  requests: number
  photos: number
  errors: number
  bytes: number
}

/** The use of one key in one calendar month (UTC). */
export interface MonthUsage {
  /** By the day of the month, from 1. */
  days: Map<number, Usage>
  /** Photos taken from the quota. */
  quota: number
  /** Milliseconds since 1970; null if it was not used. */
  lastUsed: number | null
}

/** How long the use of keys is kept. */
export const RETENTION_DAYS = 400

/**
 * Counts what keys do. Times come from the clock that all instances share (milliseconds since 1970), so that they agree
 * on the day and the month.
 */
export interface Meter {
  /**
   * Takes photos from the quota of a month, all of them or none.
   *
   * @returns whether there were enough
   * @throws Problem `not_ready`, `storage_full` if the quota is unknown
   */
  take(id: string, photos: number, quota: number, now: number): Promise<boolean>
  /** Returns photos to the quota of the month that they were taken from. */
  giveBack(id: string, photos: number, takenAt: number): Promise<void>
  /** Adds to the use of a day. Never fails: what can't be stored now is stored later. */
  count(id: string, usage: Partial<Usage>, now: number): void
  /** @param month `2026-11` @throws Problem `not_ready` */
  month(id: string, month: string): Promise<MonthUsage>
  /** Stores what isn't stored yet. */
  close(): Promise<void>
}

export const USAGE_FIELDS = ['requests', 'photos', 'errors', 'bytes'] as const

export function noUsage(): Usage {
  return { requests: 0, photos: 0, errors: 0, bytes: 0 }
}

/** The month of a time: `2026-11`. */
export function monthOf(time: number): string {
  return new Date(time).toISOString().slice(0, 7)
}

/** The day of a time: `2026-11-29`. */
export function dayOf(time: number): string {
  return new Date(time).toISOString().slice(0, 10)
}

/** When the month after this time begins (milliseconds since 1970). */
export function endOfMonth(time: number): number {
  const date = new Date(time)
  return Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1)
}
