import { memoryUsage } from 'node:process'
import { Problem } from '@/lib/shared/problems/problem'
import { openLibvips } from '../../image/jpeg/decode-jpeg'
import { OOM_SCORE, setOomScore } from '../../observe/oom-score'
import type { FromWorker, ToWorker } from '../protocol'
import { HeadCache } from './head-cache'
import { ModelCache } from './model-cache'
import { Pipeline } from './pipeline'

/**
 * Entry point of a worker process. It owns the sessions; the engine owns it. It lives as long as the channel to its
 * parent, and leaves signals to the parent, because a terminal sends Ctrl-C to both.
 */
process.on('SIGINT', () => {})
process.on('SIGTERM', () => {})
process.on('disconnect', () => process.exit(0))

/** Reading it costs 2.5% of the time of a photo, so it is read at most this often. */
const RSS_INTERVAL_MS = 100
let resident = { bytes: 0, at: Number.NEGATIVE_INFINITY }

/** Memory of this process, for the engine to monitor. */
function rss(): number {
  const now = performance.now()
  if (now - resident.at >= RSS_INTERVAL_MS) resident = { bytes: memoryUsage.rss(), at: now }
  return resident.bytes
}

let pipeline: Pipeline | undefined
/** Loaded while the server loads its own code. */
const jpegDecoder = openLibvips()

function send(message: FromWorker): void {
  // A parent that has exited needs no message; 'disconnect' ends this process.
  process.send?.(message, undefined, undefined, () => {})
}

async function load({
  models,
  maxPixels,
  timeoutMs,
  scarceMemory,
  provider,
}: Extract<ToWorker, { kind: 'load' }>): Promise<void> {
  const cache = new ModelCache({
    maxPixels,
    scarceMemory,
    provider,
    onLoading: (id) => send({ kind: 'loading', id }),
    onLoaded: (ms) => pipeline?.threadBlocked(ms),
  })
  const reports = await cache.loadAll(models)
  pipeline = new Pipeline(cache, new HeadCache(), {
    maxPixels,
    timeoutMs,
    onRun: (id) => send({ kind: 'running', id }),
    onStuck: (id) => send({ kind: 'stuck', id }),
  })
  const libvips = await jpegDecoder
  send({ kind: 'loaded', models: reports, slowJpeg: libvips instanceof Error ? libvips.message : null })
}

process.on('message', async (message: ToWorker) => {
  if (message.kind === 'load') return load(message)
  if (message.kind === 'cancel') return pipeline?.cancel(message.id)
  const { job } = message
  try {
    const result = await pipeline?.process(job)
    // No one reads the result of a cancelled job, but the engine waits to learn that its slot is free.
    if (result) send({ kind: 'result', id: job.id, result, rss: rss() })
    else
      send({ kind: 'failed', id: job.id, code: 'deadline_exceeded', detail: 'The request was cancelled.', rss: rss() })
  } catch (error) {
    const problem = error instanceof Problem ? error : new Problem('internal', (error as Error).message)
    send({ kind: 'failed', id: job.id, code: problem.code, detail: problem.detail, rss: rss() })
  }
})

setOomScore(OOM_SCORE.worker)
send({ kind: 'started' })
