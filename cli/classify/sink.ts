import {
  columnsFor,
  csvHeader,
  csvLine,
  jsonLine,
  LABELED_COLUMNS,
  type ModelName,
  RESULT_COLUMNS,
  type ResultRow,
} from '@/lib/shared/results/columns'
import { Journal } from './journal'
import type { Options } from './options'

/** Receives rows as photos are done. */
export interface Sink {
  has(file: string): boolean
  readonly done: number
  readonly failed: number
  add(row: ResultRow): void
  rows(files: readonly string[]): Iterable<ResultRow>
  close(): void
}

/** Adds the true label to a row. */
export type Judge = (row: ResultRow) => ResultRow

/** The columns of the results in a format: with `--labels`, also the true labels. */
export function columnsOf(judged: Judge | null, format: string) {
  return columnsFor(format, judged ? LABELED_COLUMNS : RESULT_COLUMNS)
}

/** Writes rows to stdout as photos are done. */
class Stdout implements Sink {
  failed = 0
  done = 0
  private readonly kept: ResultRow[] = []

  constructor(
    private readonly format: 'csv' | 'ndjson',
    private readonly judged: Judge | null,
  ) {
    if (format === 'csv') process.stdout.write(csvHeader(columnsOf(judged, format)))
  }

  has(): boolean {
    return false
  }

  add(row: ResultRow): void {
    if (row.status === 'failed') this.failed++
    this.done++
    if (this.judged) this.kept.push(row)
    const written = this.judged ? this.judged(row) : row
    const line = this.format === 'csv' ? csvLine : jsonLine
    process.stdout.write(line(written, columnsOf(this.judged, this.format)))
  }

  rows(): Iterable<ResultRow> {
    return this.kept
  }

  close(): void {}
}

/** Collects rows for a file that is written at the end. */
export class ToFile implements Sink {
  constructor(
    private readonly journal: Journal,
    private readonly guard: () => void,
  ) {}

  get done(): number {
    return this.journal.done
  }

  get failed(): number {
    return this.journal.failed
  }

  has(file: string): boolean {
    return this.journal.has(file)
  }

  add(row: ResultRow): void {
    this.guard()
    this.journal.add(row)
  }

  /** In input order, not in order of completion. */
  *rows(files: readonly string[]): Generator<ResultRow> {
    for (const file of files) {
      const row = this.journal.row(file)
      if (row) yield row
    }
  }

  close(): void {
    this.journal.close()
  }
}

/**
 * @param judged adds the true labels, if they are known; the rows are then kept for the summary
 * @param guard called before each row for a file; throws if it may no longer be written
 * @throws Failure if rows of an earlier run are in the way
 */
export function openSink(
  { out, format, topK, threshold, words, template, resume }: Options,
  model: ModelName,
  judged: Judge | null,
  guard: () => void,
): Sink {
  if (out === undefined) return new Stdout(format, judged)
  return new ToFile(new Journal(`${out}.part`, { ...model, topK, threshold, words, template }, resume ?? false), guard)
}
