import { openAsBlob } from 'node:fs'
import { join } from 'node:path'
import { type Job, type JobCheck, Vision, VisionError } from '@/clients/typescript/index'
import { labelsCsv } from '@/lib/shared/dataset-check/known-labels'
import type { ResultRow } from '@/lib/shared/results/columns'
import { EXIT, type ExitCode, Failure } from '../program/exit'
import { Progress } from '../program/progress'
import { serverAt } from '../program/server-url'
import { CheckProgress } from './check-progress'
import type { CheckOptions } from './options'
import type { Folder, Outcome } from './outcome'

/**
 * Checks photos by a job of a server, which is deleted when the outcome is closed.
 *
 * @throws Failure; the signal's reason
 */
export async function checkOnServer(
  folder: Folder,
  { server: base, model }: Pick<CheckOptions, 'model'> & { server: string },
  signal: AbortSignal,
): Promise<Outcome> {
  const { url, origin, headers } = serverAt(base)
  const { jobs, models } = new Vision({ url: url(''), headers })
  const ask = <T>(work: Promise<T>) => work.catch((error: unknown) => Promise.reject(failureOf(error, origin)))
  const labels = folder.byFolder ? {} : { labels: labelsCsv(folder.known) }
  const parameters = { check: true, model }
  const { id } = await ask(jobs.create(photosOf(folder), parameters, { signal, ...labels }))
  const remove = () => jobs.delete(id).catch(() => {})
  try {
    const job = await ask(jobs.wait(id, { signal, onProgress: classifying(folder.files.length) }))
    const used = (await ask(models.list({ signal }))).find((one) => one.id === job.model.id)
    for await (const { file, error_code, error } of jobs.results(id, { status: 'failed' }, { signal }))
      console.error(`${file}: ${error_code}: ${error}`)
    const { report, reason } = await ask(jobs.waitForCheck(id, { signal, onProgress: checking() }))
    if (report === null) throw new Failure(EXIT.failed, `The check failed: ${reason ?? 'unknown'}.`)
    return {
      report,
      multiLabel: used?.problem_type === 'multi_label_classification',
      rows: () => rowsOf(() => ask(jobs.file(id, 'ndjson', { signal }))),
      async *cleanedLabels(suggestions) {
        yield* (await ask(jobs.cleanedLabels(id, { suggestions }, { signal }))).stream()
      },
      close: remove,
    }
  } catch (error) {
    await remove()
    throw error
  }
}

/** The photos, opened when they are sent. One that can't be read is sent empty, so that it fails by itself. */
async function* photosOf({ path, files }: Folder) {
  const progress = new Progress('upload', files.length)
  for (const name of files) {
    const data = await openAsBlob(join(path, name)).catch((error: Error) => {
      console.error(`${name}: ${error.message}`)
      return new Blob()
    })
    yield { name, data }
    progress.add(1)
  }
  progress.end()
}

function classifying(count: number): (job: Job) => void {
  const progress = new Progress('classify', count)
  let shown = 0
  return ({ state, counts: { done } }) => {
    progress.add(done - shown)
    shown = done
    if (state === 'done') progress.end()
  }
}

function checking(): (check: JobCheck) => void {
  const bar = new CheckProgress()
  return ({ state, progress }) => {
    if (state === 'running') bar.set(progress ?? 0)
    if (state !== 'done') return
    bar.set(1)
    bar.end()
  }
}

/** The rows of a file of results, one per line. */
async function* rowsOf(file: () => Promise<Blob>): AsyncGenerator<ResultRow> {
  const decoder = new TextDecoder()
  let rest = ''
  for await (const chunk of (await file()).stream()) {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split('\n')
    rest = lines.pop() ?? ''
    for (const line of lines) yield JSON.parse(line) as ResultRow
  }
}

function failureOf(error: unknown, origin: string): unknown {
  if (!(error instanceof VisionError)) return error
  const { code, status, detail } = error
  if (code === 'unreachable') return new Failure(EXIT.unreachable, `No server responded at ${origin}: ${detail}.`)
  if (status === 401)
    return new Failure(EXIT.unreachable, `${origin} requires a password in the URL, or an API key in VISION_API_KEY.`)
  return new Failure(exitOf(code), `${code}: ${detail}`)
}

function exitOf(code: string): ExitCode {
  if (code === 'unknown_model') return EXIT.notFound
  return code === 'unexpected_response' ? EXIT.unreachable : EXIT.failed
}
