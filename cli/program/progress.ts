import { stderr } from 'node:process'

const REDRAW_MS = 100
/** Without a terminal, a line is printed at this interval. */
const LOG_INTERVAL_MS = 10_000
const BAR_WIDTH = 24

/** A progress bar on stderr with rate and time left; without a terminal, one line every ten seconds. */
export class Progress {
  private readonly start = performance.now()
  private lastDrawn = Number.NEGATIVE_INFINITY
  private done: number
  private readonly initial: number

  constructor(
    private readonly title: string,
    private readonly total: number,
    /** Amount that was done before. */
    done = 0,
    /** Formats a count; null shows only the bar and the time left, for what nobody counts. */
    private readonly format: ((count: number) => string) | null = String,
  ) {
    this.initial = done
    this.done = done
  }

  add(count: number): void {
    this.done += count
    const now = performance.now()
    if (now - this.lastDrawn < (stderr.isTTY ? REDRAW_MS : LOG_INTERVAL_MS)) return
    this.lastDrawn = now
    this.draw()
  }

  end(): void {
    this.draw()
    if (stderr.isTTY) stderr.write('\n')
  }

  private draw(): void {
    const seconds = (performance.now() - this.start) / 1000
    const rate = (this.done - this.initial) / Math.max(seconds, 0.001)
    const share = this.total > 0 ? Math.min(1, this.done / this.total) : 0
    const left = rate > 0 && this.total > this.done ? `, ${duration((this.total - this.done) / rate)} left` : ''
    const bar = '█'.repeat(Math.round(BAR_WIDTH * share)).padEnd(BAR_WIDTH, '░')
    const text = `${this.title} ${bar} ${this.counts(share, rate)}${left}`
    stderr.write(stderr.isTTY ? `\r\u001b[2K${text}` : `${text}\n`)
  }

  private counts(share: number, rate: number): string {
    if (this.format === null) return `${Math.round(100 * share)}%`
    const of = this.total > 0 ? ` of ${this.format(this.total)}` : ''
    return `${this.format(this.done)}${of}, ${this.format(Math.round(rate))}/s`
  }
}

/** A readable duration: 48 s, 3 min 20 s, 2 h 5 min. */
export function duration(seconds: number): string {
  const whole = Math.round(seconds)
  if (whole < 60) return `${whole} s`
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`
  return `${Math.floor(whole / 3600)} h ${Math.round((whole % 3600) / 60)} min`
}

/** Formats rows as a table with columns as wide as needed; numbers are right-aligned. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const all = [head, ...rows]
  const widths = head.map((_, column) => Math.max(...all.map((row) => (row[column] ?? '').length)))
  const isNumber = head.map((_, column) => rows.every((row) => /^[\d.,–-]*( ?[%a-zA-Z/]+)?$/.test(row[column] ?? '')))
  return all
    .map((row) =>
      row
        .map((cell, column) =>
          isNumber[column] ? cell.padStart(widths[column] ?? 0) : cell.padEnd(widths[column] ?? 0),
        )
        .join('  ')
        .trimEnd(),
    )
    .join('\n')
}
