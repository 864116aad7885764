import { searchVector } from '@/lib/shared/dataset-check/checked-photos'
import { Problem } from '@/lib/shared/problems/problem'
import { VectorIndex } from '@/lib/shared/vector-search/vector-index'
import { fromBase64 } from '../../embeddings/vector'
import { shouldYield, yieldToEventLoop } from '../../event-loop/slices'
import type { JobBackend } from '../backend'
import { MAX_CHECKED } from './check-rows'

/** A photo of a job, and how similar it is: the cosine of the square roots of both embeddings. */
export interface SimilarPhoto {
  index: number
  file: string
  similarity: number
}

interface JobIndex {
  /** When it is read again: more photos may be done. */
  done: number
  index: VectorIndex
  photos: { index: number; file: string }[]
}

/** Indexes that stay in memory; with 200,000 photos, one takes 256 MB. */
const MAX_INDEXES = 2

/** Searches the photos of jobs that keep embeddings. */
export class SimilarPhotos {
  private readonly indexes = new Map<string, Promise<JobIndex>>()

  constructor(private readonly jobs: JobBackend) {}

  /**
   * The photos that are most similar to a photo of the job, which isn't among them.
   *
   * @throws Problem `not_found` if the job has no result for such a photo, `conflict` if it keeps no embeddings
   */
  async like(id: string, file: string, limit: number): Promise<SimilarPhoto[]> {
    const { index, photos } = await this.indexOf(id)
    const row = photos.findIndex((photo) => photo.file === file)
    if (row < 0) throw new Problem('not_found', `This job has no classified photo named ${file}.`)
    return named(index.nearest(index.vector(row), limit, row), photos)
  }

  /** The photos that are most similar to an embedding. @throws Problem as above */
  async near(id: string, embedding: Float32Array, limit: number): Promise<SimilarPhoto[]> {
    const { index, photos } = await this.indexOf(id)
    if (photos.length === 0) return []
    return named(index.nearest(searchVector(embedding), limit), photos)
  }

  private async indexOf(id: string): Promise<JobIndex> {
    const { embeddings, counts } = await this.jobs.view(id)
    if (!embeddings) throw new Problem('conflict', 'This job keeps no embeddings. Create a job with check=true.')
    if (counts.ok > MAX_CHECKED)
      throw new Problem('conflict', `This job has more than ${MAX_CHECKED} photos, which is too many to search in.`)
    const known = await this.indexes.get(id)?.catch(() => null)
    if (known?.done === counts.done) return known
    const reading = this.read(id, counts)
    this.indexes.delete(id)
    this.indexes.set(id, reading)
    reading.catch(() => this.indexes.delete(id))
    if (this.indexes.size > MAX_INDEXES) this.indexes.delete(this.indexes.keys().next().value as string)
    return reading
  }

  private async read(id: string, { ok, done }: { ok: number; done: number }): Promise<JobIndex> {
    const photos: JobIndex['photos'] = []
    let index: VectorIndex | undefined
    for await (const { index: at = 0, file, embedding } of await this.jobs.results(id, { only: 'ok' })) {
      if (embedding === undefined) continue
      if (shouldYield()) await yieldToEventLoop()
      const vector = searchVector(fromBase64(embedding))
      index ??= new VectorIndex(vector.length, ok)
      // More may have finished meanwhile.
      if (index.size >= ok) break
      index.add(vector)
      photos.push({ index: at, file })
    }
    return { done, index: index ?? new VectorIndex(0, 0), photos }
  }
}

function named(neighbors: readonly { row: number; similarity: number }[], photos: JobIndex['photos']): SimilarPhoto[] {
  return neighbors.map(({ row, similarity }) => ({ ...(photos[row] as JobIndex['photos'][number]), similarity }))
}
