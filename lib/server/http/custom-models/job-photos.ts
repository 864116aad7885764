import { Problem, type ProblemCode } from '@/lib/shared/problems/problem'
import type { ResultRow } from '@/lib/shared/results/columns'
import type { EmbeddedPhoto, SkippedPhoto } from '../../custom-models/collect-photos'
import { fromBase64 } from '../../embeddings/vector'
import { shouldYield, yieldToEventLoop } from '../../event-loop/slices'
import type { JobBackend } from '../../jobs/backend'

/** More photos are refused by training. */
const MAX_PHOTOS = 50_000

/** The photos of a job that a model can learn from. */
export interface JobPhotos {
  photos: EmbeddedPhoto[]
  skipped: SkippedPhoto[]
}

/**
 * The model that a finished job has embeddings of.
 *
 * @throws Problem `unknown_job`; `invalid_parameter` if it has no embeddings; `conflict` if it isn't done; `too_many_files`
 */
export async function jobModel(jobs: JobBackend | null, id: string): Promise<{ id: string; revision: string }> {
  if (jobs === null) throw new Problem('invalid_parameter', 'This server has no jobs. Send the photos themselves.')
  const { state, embeddings, model, counts } = await jobs.view(id)
  if (!embeddings)
    throw new Problem('invalid_parameter', `The job ${id} has no embeddings. Create it with embeddings=true.`)
  if (state !== 'done')
    throw new Problem('conflict', `The job ${id} is ${state}. A model can learn from its photos once it is done.`)
  if (counts.total > MAX_PHOTOS)
    throw new Problem(
      'too_many_files',
      `The job has ${counts.total} photos; a model learns from at most ${MAX_PHOTOS}.`,
    )
  return model
}

/** The embeddings of a finished job, as its results have them. @throws Problem, or the signal's reason */
export async function jobPhotos(jobs: JobBackend | null, id: string, signal: AbortSignal): Promise<JobPhotos> {
  const [photos, skipped]: [EmbeddedPhoto[], SkippedPhoto[]] = [[], []]
  for await (const row of (await jobs?.results(id, { offset: 0 })) ?? []) {
    signal.throwIfAborted()
    if (shouldYield()) await yieldToEventLoop()
    const photo = photoOf(row)
    if (photo !== null) photos.push(photo)
    else
      skipped.push({ file: row.file, code: (row.error_code ?? 'model_failed') as ProblemCode, detail: row.error ?? '' })
  }
  return { photos, skipped }
}

function photoOf({ file, sha256, embedding, kinds }: ResultRow): EmbeddedPhoto | null {
  if (embedding === undefined || sha256 === null) return null
  return { file, sha256, embedding: fromBase64(embedding), kinds: kinds === undefined ? null : fromBase64(kinds) }
}
