import { memoryUsage } from 'node:process'
import { Problem } from '@/lib/shared/problem'
import { stampOf } from '../../catalog/revision'
import type { FromWorker, LoadReport, ToWorker, WorkerModel } from '../protocol'
import { type LoadedModel, loadModel } from './session'
import { Stages } from './stages'

/**
 * Entry of a worker process. It owns the sessions; the engine owns it. It lives as long as the channel to its
 * parent, and leaves signals to the parent, since a terminal sends Ctrl-C to both.
 */
process.on('SIGINT', () => {})
process.on('SIGTERM', () => {})
process.on('disconnect', () => process.exit(0))

/** Reading it costs a fortieth of a photo, so it is read this often at most. */
const RSS_INTERVAL_MS = 100
let resident = { bytes: 0, at: Number.NEGATIVE_INFINITY }

/** Memory that this process holds, for the engine to watch. */
function rss(): number {
  const now = performance.now()
  if (now - resident.at >= RSS_INTERVAL_MS) resident = { bytes: memoryUsage.rss(), at: now }
  return resident.bytes
}

let stages: Stages | undefined

function send(message: FromWorker): void {
  // A parent that is gone needs no message; 'disconnect' ends this process.
  process.send?.(message, undefined, undefined, () => {})
}

async function load({ models, maxPixels, timeoutMs }: Extract<ToWorker, { kind: 'load' }>): Promise<void> {
  const loaded = new Map<string, LoadedModel>()
  const reports: LoadReport[] = []
  for (const spec of models) {
    send({ kind: 'loading', id: spec.id })
    try {
      const model = await loadModel(spec, maxPixels)
      if (await hasChanged(spec)) throw new Error('its files have changed since they were read')
      loaded.set(spec.id, model)
      const { width, height, channels, layout, type } = model.input
      const input = { width, height, channels, layout, type }
      reports.push({ id: spec.id, error: null, input, output: model.output, changed: false, runMs: model.runMs })
    } catch (error) {
      const changed = await hasChanged(spec)
      const failure = reason(error as Error, spec.file)
      reports.push({ id: spec.id, error: failure, input: null, output: null, changed, runMs: null })
    }
  }
  stages = new Stages(loaded, {
    maxPixels,
    timeoutMs,
    onRun: (id) => send({ kind: 'running', id }),
    onStuck: (id) => send({ kind: 'stuck', id }),
  })
  send({ kind: 'loaded', models: reports })
}

/** Whether the files are not those any more that the revision was made of. */
async function hasChanged({ stamps }: WorkerModel): Promise<boolean> {
  const now = await Promise.all(stamps.map(({ path }) => stampOf(path)))
  return stamps.some(({ stamp }, i) => stamp !== now[i])
}

/** One line without the path of the file, which is nobody's business but the operator's. */
function reason({ message }: Error, file: string): string {
  return message.replaceAll(file, 'onnx/model.onnx').split('\n')[0] ?? 'unknown'
}

process.on('message', async (message: ToWorker) => {
  if (message.kind === 'load') return load(message)
  if (message.kind === 'cancel') return stages?.cancel(message.id)
  const { job } = message
  try {
    const answer = await stages?.process(job)
    // A cancelled job has no reader, but the engine waits to know that its place is free.
    if (answer) send({ kind: 'answer', id: job.id, answer, rss: rss() })
    else send({ kind: 'failed', id: job.id, code: 'deadline_exceeded', detail: 'The photo was withdrawn.', rss: rss() })
  } catch (error) {
    const problem = error instanceof Problem ? error : new Problem('internal', (error as Error).message)
    send({ kind: 'failed', id: job.id, code: problem.code, detail: problem.detail, rss: rss() })
  }
})

send({ kind: 'started' })
