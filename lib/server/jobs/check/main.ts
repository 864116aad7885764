import { createReadStream } from 'node:fs'
import { createInterface } from 'node:readline'
import type { ResultRow } from '@/lib/shared/results/columns'
import { serveTask } from '../../background/serve-task'
import { checkRows } from './check-rows'
import { knownLabels } from './known-labels'
import type { CheckOutcome, CheckTask } from './task'

async function* rowsOf(path: string): AsyncGenerator<ResultRow> {
  for await (const line of createInterface({ input: createReadStream(path) })) yield JSON.parse(line) as ResultRow
}

/** The smallest step of progress that is reported. */
const STEP = 0.01

/** Reports progress not more often than anybody can see. */
function inSteps(onProgress: (done: number) => void): (done: number) => void {
  let last = -1
  return (done) => {
    if (done - last < STEP && done < 1) return
    last = done
    onProgress(done)
  }
}

/** Entry point of the process of a check. */
serveTask(async ({ rows, count, labels }: CheckTask, onProgress): Promise<CheckOutcome> => {
  const files: string[] = []
  // Names are needed before the photos: labels are matched with all of them.
  for await (const { file } of rowsOf(rows)) files.push(file)
  const known = await knownLabels(files, labels)
  const { photos, checks, report } = await checkRows(
    { rows: rowsOf(rows), count, known },
    { onProgress: inSteps(onProgress) },
  )
  const found = checks
    .map((check, at) => ({ index: photos.list[at]?.index ?? at, ...check }))
    .filter(({ copy_group, label_issue, quality }) => copy_group !== null || label_issue !== null || quality.length > 0)
  return { report, found }
})
