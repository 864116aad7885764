import { interruptedFailure, interruption } from '../classify/interruption'
import { listPhotos } from '../eval/find-files'
import { wholeFile, writePieces } from '../files/write-file'
import type { CommandContext } from '../program/context'
import { EXIT, Failure } from '../program/exit'
import { checkHere } from './check-here'
import { checkOnServer } from './check-on-server'
import { knownLabels } from './known-labels'
import type { CheckOptions } from './options'
import type { Outcome } from './outcome'
import { outputOf } from './output'
import { reportText } from './report-text'

/** Checks the photos of a folder, here or on a server, and prints the report. @throws Failure */
export async function checkFolder(path: string, options: CheckOptions, context: CommandContext): Promise<void> {
  const write = options.out === undefined ? null : outputOf(options.out)
  const files = await listPhotos(path)
  if (files.length === 0) throw new Failure(EXIT.notFound, `No photos found in ${path}.`)
  const folder = { path, files, ...(await knownLabels(path, files, options)) }
  const { signal, end } = interruption()
  let outcome: Outcome | undefined
  try {
    const { server } = options
    outcome = await (server === undefined
      ? checkHere(folder, options, context, signal)
      : checkOnServer(folder, { ...options, server }, signal))
    if (options.json) console.log(JSON.stringify(outcome.report, null, 2))
    else console.log(reportText(outcome.report, files.length))
    if (write) await write(outcome.rows(), outcome.multiLabel, signal)
    if (options.cleanedLabels !== undefined) {
      const lines = outcome.cleanedLabels(options.takeSuggestions ?? false)
      await wholeFile(options.cleanedLabels, (temporary) => writePieces(lines, temporary, signal))
    }
  } catch (error) {
    throw signal.aborted ? interruptedFailure(undefined) : error
  } finally {
    end()
    await outcome?.close()
  }
}
