import { pipeline } from 'node:stream/promises'
import { RESULT_FORMATS } from '@/lib/shared/results/columns'
import { type Pieces, wholeFile, writePieces } from '../files/write-file'
import { EXIT, Failure } from '../program/exit'

export interface ResultsOptions {
  format?: string
  out?: string
}

/**
 * Writes a job's results into a file or to stdout.
 *
 * @param ask the server, for a format
 * @throws Failure where the format is none, or a workbook would go to a terminal
 */
export async function writeJobResults(
  { format: requestedFormat, out }: ResultsOptions,
  request: (format: string) => Promise<Response>,
): Promise<void> {
  const format = requestedFormat ?? RESULT_FORMATS.find((each) => out?.toLowerCase().endsWith(`.${each}`)) ?? 'csv'
  if (!RESULT_FORMATS.some((each) => each === format)) {
    throw new Failure(EXIT.usage, `--format must be one of ${RESULT_FORMATS.join(', ')}.`)
  }
  if (format === 'xlsx' && out === undefined && process.stdout.isTTY) {
    throw new Failure(
      EXIT.usage,
      'A workbook cannot be shown in a terminal. Write it to a file with --out results.xlsx.',
    )
  }
  const pieces = ((await request(format)).body ?? []) as Pieces
  if (out === undefined) await toStdout(pieces)
  else await wholeFile(out, (temporary) => writePieces(pieces, temporary))
}

async function toStdout(pieces: Pieces): Promise<void> {
  await pipeline(pieces, process.stdout, { end: false }).catch((error: NodeJS.ErrnoException) => {
    // Whoever reads our stdout has seen enough.
    if (error.code !== 'EPIPE') throw error
  })
}
