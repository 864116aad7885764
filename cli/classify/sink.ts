import { DEFAULT_TOP_K } from '@/lib/shared/contract/top-k'
import {
  columnsFor,
  csvHeader,
  csvLine,
  jsonLine,
  LABELED_COLUMNS,
  MULTI_LABEL_COLUMNS,
  RESULT_COLUMNS,
  type ResultRow,
} from '@/lib/shared/results/columns'
import { Journal } from './journal'
import type { Options } from './options'
import type { Source } from './source'

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

/** The columns of the results in a format: with `--labels`, also the true labels; with a multi-label model, all that apply. */
export function columnsOf(judged: Judge | null, format: string, multiLabel: boolean) {
  const columns = judged ? LABELED_COLUMNS : RESULT_COLUMNS
  return columnsFor(format, multiLabel ? [...columns, ...MULTI_LABEL_COLUMNS] : columns)
}

/** Writes rows to stdout as photos are done. */
class Stdout implements Sink {
  failed = 0
  done = 0
  private readonly kept: ResultRow[] = []
  private readonly columns: ReturnType<typeof columnsOf>

  constructor(
    private readonly format: 'csv' | 'ndjson',
    private readonly judged: Judge | null,
    multiLabel: boolean,
  ) {
    this.columns = columnsOf(judged, format, multiLabel)
    if (format === 'csv') process.stdout.write(csvHeader(this.columns))
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
    process.stdout.write(line(written, this.columns))
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
  { model, multiLabel }: Pick<Source, 'model' | 'multiLabel'>,
  judged: Judge | null,
  guard: () => void,
): Sink {
  if (out === undefined) return new Stdout(format, judged, multiLabel)
  const count = topK ?? (multiLabel ? 'all' : DEFAULT_TOP_K)
  const identity = { ...model, topK: count, threshold, words, template }
  return new ToFile(new Journal(`${out}.part`, identity, resume ?? false), guard)
}
