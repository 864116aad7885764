import { createReadStream } from 'node:fs'
import { constants, setPriority } from 'node:os'
import { createInterface } from 'node:readline'
import type { ResultRow } from '@/lib/shared/results/columns'
import { OOM_SCORE, setOomScore } from '../../observe/oom-score'
import { checkRows } from './check-rows'
import { knownLabels } from './known-labels'
import type { CheckTask, FromChecker } from './protocol'

/**
 * Entry point of the process of a check. It checks once and ends. Photos come first: it runs at the lowest priority, and
 * it lives no longer than the channel to its parent.
 */
process.on('SIGINT', () => {})
process.on('SIGTERM', () => {})
process.on('disconnect', () => process.exit(0))
setPriority(constants.priority.PRIORITY_LOW)
setOomScore(OOM_SCORE.background)

function send(message: FromChecker): Promise<void> {
  return new Promise((resolve) => {
    if (process.send === undefined) resolve()
    else process.send(message, undefined, undefined, () => resolve())
  })
}

async function* rowsOf(path: string): AsyncGenerator<ResultRow> {
  for await (const line of createInterface({ input: createReadStream(path) })) yield JSON.parse(line) as ResultRow
}

async function run({ rows, count, labels }: CheckTask): Promise<FromChecker> {
  try {
    const files: string[] = []
    // Names are needed before the photos: labels are matched with all of them.
    for await (const { file } of rowsOf(rows)) files.push(file)
    const onProgress = (done: number) => void send({ kind: 'progress', done })
    const known = await knownLabels(files, labels)
    const { photos, checks, report } = await checkRows({ rows: rowsOf(rows), count, known }, { onProgress })
    const found = checks
      .map((check, at) => ({ index: photos.list[at]?.index ?? at, ...check }))
      .filter(
        ({ copy_group, label_issue, quality }) => copy_group !== null || label_issue !== null || quality.length > 0,
      )
    return { kind: 'done', outcome: { report, found } }
  } catch (error) {
    return { kind: 'failed', detail: (error as Error).message }
  }
}

process.once('message', async (task: CheckTask) => {
  await send(await run(task))
  process.disconnect()
})
