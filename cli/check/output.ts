import { parquetFile } from '@/lib/server/jobs/parquet'
import {
  CHECK_COLUMNS,
  columnsFor,
  MULTI_LABEL_COLUMNS,
  RESULT_COLUMNS,
  RESULT_FORMATS,
  type ResultRow,
} from '@/lib/shared/results/columns'
import { resultFile } from '@/lib/shared/results/result-file'
import { wholeFile, writePieces } from '../files/write-file'
import { EXIT, Failure } from '../program/exit'

const FORMATS = [...RESULT_FORMATS, 'parquet'] as const
const COLUMNS = [...RESULT_COLUMNS, ...CHECK_COLUMNS] as const

type Rows = Iterable<ResultRow> | AsyncIterable<ResultRow>

/** Writes rows, of a multi-label model with all labels that apply. */
type Write = (rows: Rows, multiLabel: boolean, signal: AbortSignal) => Promise<void>

/** Writes rows with the columns of the check, in the format that the file name says. @throws Failure */
export function outputOf(path: string): Write {
  const format = FORMATS.find((each) => path.toLowerCase().endsWith(`.${each}`))
  if (format === undefined) {
    const endings = FORMATS.map((each) => `.${each}`).join(', ')
    throw new Failure(EXIT.usage, `${path}: the file name must end with ${endings}.`)
  }
  return async (rows, multiLabel, signal) => {
    const columns = multiLabel ? [...COLUMNS, ...MULTI_LABEL_COLUMNS] : COLUMNS
    const file =
      format === 'parquet' ? parquetFile(rows, columns) : resultFile(rows, format, columnsFor(format, columns))
    await wholeFile(path, (temporary) => writePieces(file, temporary, signal))
  }
}
