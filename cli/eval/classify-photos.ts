import { mkdirSync } from 'node:fs'
import { join, resolve } from 'node:path'
import type { Engine } from '@/lib/server/engine/types'
import { examples } from '@/lib/shared/labels-file/summary'
import { OutputLock } from '../files/output-lock'
import type { ChosenModel } from '../models/choose-model'
import { EXIT, Failure } from '../program/exit'
import { Progress } from '../program/progress'
import { Journal } from './journal'
import { runPhotos } from './run'

/** What is evaluated, and where the results of the photos are kept. */
export interface EvaluationRun {
  folder: string
  out: string
  model: ChosenModel
  workers: number
  startEngine(): Promise<Engine>
}

/** The results of all photos; `perSecond` is null if all were evaluated earlier. */
interface Evaluated<E> {
  entries: E[]
  seconds: number
  perSecond: number | null
}

/**
 * Classifies the photos of a data set, except those that an earlier run of the same command has done.
 *
 * @throws Failure if it is interrupted, or no photo can be classified
 */
export async function classifyPhotos<
  P extends { file: string },
  E extends { file: string } | { file: string; error: string },
>(
  photos: readonly P[],
  { folder, out, model, workers, startEngine }: EvaluationRun,
  { run, isDone }: { run(engine: Engine, photo: P): Promise<E>; isDone(entry: E, photo: P): boolean },
): Promise<Evaluated<E>> {
  const engine = await startEngine()
  const interrupted = new AbortController()
  const onSignal = () => interrupted.abort()
  process.once('SIGINT', onSignal)
  let lock: OutputLock | undefined
  try {
    mkdirSync(out, { recursive: true })
    lock = await OutputLock.take(join(out, 'photos.jsonl'))
    const { id, revision, temperature } = model
    const identity = { model: id, revision, temperature, folder: resolve(folder) }
    const journal = new Journal<E>(join(out, 'photos.jsonl'), identity)
    // A failed photo is retried, and so is one whose label has changed.
    const remaining = photos.filter((photo) => {
      const entry = journal.entries.get(photo.file)
      return entry === undefined || !isDone(entry, photo)
    })
    const progress = new Progress('eval', photos.length, photos.length - remaining.length)
    const start = performance.now()
    const done = (entry: E) => {
      lock?.guard()
      journal.add(entry)
      progress.add(1)
    }
    await runPhotos(remaining, workers, (photo) => run(engine, photo), done, interrupted.signal)
    const seconds = (performance.now() - start) / 1000
    progress.end()
    if (interrupted.signal.aborted) {
      throw new Failure(EXIT.interrupted, `Stopped. Run the same command to continue (progress is in ${out}).`)
    }
    const entries = photos.flatMap(({ file }) => journal.entries.get(file) ?? [])
    requireAnswers(entries)
    return { entries, seconds, perSecond: remaining.length > 0 ? remaining.length / seconds : null }
  } finally {
    lock?.release()
    process.off('SIGINT', onSignal)
    await engine.close()
  }
}

/** Metrics over no photos would look like real metrics. */
function requireAnswers(entries: readonly ({ file: string } | { file: string; error: string })[]): void {
  const failed = entries.flatMap((entry) => ('error' in entry ? [`${entry.file}: ${entry.error}`] : []))
  if (failed.length < entries.length) {
    if (failed.length > 0)
      console.error(`warning: ${failed.length} of ${entries.length} photos could not be classified`)
    return
  }
  throw new Failure(EXIT.failed, `No photo could be evaluated. ${examples(failed)}`)
}
