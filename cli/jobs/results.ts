import { pipeline } from 'node:stream/promises'
import { FORMATS } from '../classify/output'
import { type Pieces, wholeFile, writePieces } from '../files/write-file'
import { EXIT, Failure } from '../program/exit'

export interface ResultsOptions {
  format?: string
  out?: string
}

/**
 * Writes a job's results to a file or to stdout.
 *
 * @param request requests the results in a format
 * @throws Failure if the format is invalid, or a workbook would go to a terminal
 */
export async function writeJobResults(
  { format: requestedFormat, out }: ResultsOptions,
  request: (format: string) => Promise<Response>,
): Promise<void> {
  const format = requestedFormat ?? FORMATS.find((each) => out?.toLowerCase().endsWith(`.${each}`)) ?? 'csv'
  if (!FORMATS.some((each) => each === format)) {
    throw new Failure(EXIT.usage, `--format must be one of ${FORMATS.join(', ')}.`)
  }
  if (['xlsx', 'parquet'].includes(format) && out === undefined && process.stdout.isTTY) {
    throw new Failure(
      EXIT.usage,
      `A ${format} file cannot be shown in a terminal. Write it to a file with --out results.${format}.`,
    )
  }
  const pieces = ((await request(format)).body ?? []) as Pieces
  if (out === undefined) await toStdout(pieces)
  else await wholeFile(out, (temporary) => writePieces(pieces, temporary))
}

async function toStdout(pieces: Pieces): Promise<void> {
  await pipeline(pieces, process.stdout, { end: false }).catch((error: NodeJS.ErrnoException) => {
    // The reader of stdout has closed it.
    if (error.code !== 'EPIPE') throw error
  })
}
