import type { UsageRow } from '../contract/keys'

export const MEASURES = ['photos', 'requests', 'errors', 'bytes'] as const
export type Measure = (typeof MEASURES)[number]

export type Figures = Record<Measure, number>

const NONE: Figures = { photos: 0, requests: 0, errors: 0, bytes: 0 }
const DAY_MS = 86_400_000

/** The sum of all rows. */
export function totalOf(rows: readonly UsageRow[]): Figures {
  return rows.reduce<Figures>((sum, row) => add(sum, row), NONE)
}

/** The sums by key, by its ID. */
export function totalsByKey(rows: readonly UsageRow[]): Map<string, Figures> {
  const totals = new Map<string, Figures>()
  for (const row of rows) totals.set(row.id, add(totals.get(row.id) ?? NONE, row))
  return totals
}

/** One measure for each day of a period, days without use included, in order. */
export function daysOf(
  rows: readonly UsageRow[],
  { from, to }: { from: string; to: string },
  measure: Measure,
): { day: string; value: number }[] {
  const values = new Map<string, number>()
  for (const row of rows) values.set(row.day, (values.get(row.day) ?? 0) + row[measure])
  const days: { day: string; value: number }[] = []
  for (let time = Date.parse(from); time <= Date.parse(to); time += DAY_MS) {
    const day = new Date(time).toISOString().slice(0, 10)
    days.push({ day, value: values.get(day) ?? 0 })
  }
  return days
}

/** The first day of the last `count` days (UTC). @param now milliseconds since 1970 */
export function firstDay(now: number, count: number): string {
  return new Date(now - (count - 1) * DAY_MS).toISOString().slice(0, 10)
}

/** The top of a scale that has room for a value: 1, 2, or 5 times a power of ten. */
export function scaleTop(value: number): number {
  if (value <= 1) return 1
  const power = 10 ** Math.floor(Math.log10(value))
  return (([1, 2, 5] as const).find((step) => step * power >= value) ?? 10) * power
}

function add(sum: Figures, row: Figures): Figures {
  return {
    photos: sum.photos + row.photos,
    requests: sum.requests + row.requests,
    errors: sum.errors + row.errors,
    bytes: sum.bytes + row.bytes,
  }
}
