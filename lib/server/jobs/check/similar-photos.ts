import { totalmem } from 'node:os'
import { searchVector } from '@/lib/shared/dataset-check/checked-photos'
import { spread, type VectorsFile, vectorsFile } from '@/lib/shared/photo-map/vectors-file'
import { Problem } from '@/lib/shared/problems/problem'
import { runWork } from '@/lib/shared/training/work'
import type { Neighbor } from '@/lib/shared/vector-search/best'
import { ClusteredIndex } from '@/lib/shared/vector-search/clustered-index'
import { nearestToText } from '@/lib/shared/vector-search/nearest-to-text'
import { VectorIndex } from '@/lib/shared/vector-search/vector-index'
import { fromBase64 } from '../../embeddings/vector'
import { runInSlices, shouldYield, yieldToEventLoop } from '../../event-loop/slices'
import { memoryLimit } from '../../observe/resource-limits'
import type { JobBackend } from '../backend'
import { fromPieces, type Searchable, toPieces } from './searchable'

/** A photo of a job, and how similar it is: to a photo, the cosine of the square roots of both embeddings. */
export interface SimilarPhoto {
  index: number
  file: string
  similarity: number
}

interface JobIndex extends Searchable {
  /** When it is read again: more photos may be done. */
  done: number
  /** For each row the name of its photo. */
  files: string[]
}

/** Up to so many photos, all are compared; beyond, the search is an approximate one. */
const ALL = 200_000
const MAX_SEARCHED = 1_000_000
/** Indexes that stay in memory: 200,000 photos with 1,280 dimensions take 260 MB. The latest one stays in any case. */
const MAX_KEPT_BYTES = 600e6
/** The share of this process's memory that one may take. */
const MEMORY_SHARE = 0.25
/** Reading many photos takes longer than a client waits. */
const PATIENCE_MS = 20_000
const RETRY_SECONDS = 5
/** Photos named at a time. */
const NAMES = 10_000

/** Searches the photos of jobs that keep embeddings. */
export class SimilarPhotos {
  private readonly indexes = new Map<string, { done: number; reading: Promise<JobIndex>; bytes: number }>()

  constructor(
    private readonly jobs: JobBackend,
    private readonly log: { warn(fields: object, message: string): void },
  ) {}

  /**
   * The photos that are most similar to a photo of the job, which isn't among them.
   *
   * @throws Problem `not_found` if the job has no result for such a photo, `conflict` if it keeps no embeddings or has
   * too many photos, `not_ready` if they are still being read
   */
  async like(id: string, file: string, limit: number): Promise<SimilarPhoto[]> {
    const { index, files, photos } = await this.indexOf(id)
    const row = files.indexOf(file)
    if (row < 0) throw new Problem('not_found', `This job has no classified photo named ${file}.`)
    return named(index.nearest(index.vector(row), limit, row), { files, photos })
  }

  /** The photos that are most similar to an embedding. @throws Problem as above */
  async near(id: string, embedding: Float32Array, limit: number): Promise<SimilarPhoto[]> {
    const { index, files, photos } = await this.indexOf(id)
    if (photos.length === 0) return []
    return named(index.nearest(searchVector(embedding), limit), { files, photos })
  }

  /**
   * The photos that a text fits best. Their similarity is the cosine of both embeddings.
   *
   * @param text its embedding by the text side of the model whose embeddings the job keeps
   * @throws Problem as above
   */
  async describedBy(id: string, text: Float32Array, limit: number): Promise<SimilarPhoto[]> {
    const { index, files, photos } = await this.indexOf(id)
    return named(await runInSlices(nearestToText(index, text, limit)), { files, photos })
  }

  /**
   * The vectors of the job's photos, or of some that are spread evenly over all of them.
   *
   * @throws Problem `conflict` if the job keeps no embeddings
   */
  async vectors(id: string, limit: number): Promise<VectorsFile> {
    const { index, photos } = await this.indexOf(id)
    const rows = spread(index.size, limit)
    return vectorsFile({
      dimensions: index.dimensions,
      indices: Int32Array.from(rows, (row) => photos[row] ?? 0),
      of: index.size,
      stored: (at) => index.int8At(rows[at] as number),
    })
  }

  private async indexOf(id: string): Promise<JobIndex> {
    const { embeddings, counts, finished_at } = await this.jobs.view(id)
    if (!embeddings) throw new Problem('conflict', 'This job keeps no embeddings. Create a job with check=true.')
    if (counts.ok > MAX_SEARCHED)
      throw new Problem('conflict', `This job has more than ${MAX_SEARCHED} photos, which is too many to search in.`)
    if (counts.ok > ALL && finished_at === null)
      throw new Problem('conflict', `This job has more than ${ALL} photos. They can be searched once all are done.`)
    const known = this.indexes.get(id)
    if (known?.done === counts.done) return inTime(known.reading)
    const reading = this.read(id, counts, finished_at)
    const entry = { done: counts.done, reading, bytes: 0 }
    this.indexes.delete(id)
    this.indexes.set(id, entry)
    reading.then(
      ({ index }) => {
        entry.bytes = index.bytes
        this.evict()
      },
      () => this.indexes.get(id) === entry && this.indexes.delete(id),
    )
    return inTime(reading)
  }

  /** Drops the oldest indexes if all take too much memory. */
  private evict(): void {
    let bytes = [...this.indexes.values()].reduce((sum, entry) => sum + entry.bytes, 0)
    for (const [id, entry] of this.indexes) {
      if (bytes <= MAX_KEPT_BYTES || this.indexes.size === 1) return
      this.indexes.delete(id)
      bytes -= entry.bytes
    }
  }

  private async read(id: string, { ok, done }: { ok: number; done: number }, finishedAt: string | null) {
    const stored = finishedAt === null ? null : await this.stored(id, finishedAt)
    if (stored?.photos.length === ok) return { ...stored, done, files: await this.namesOf(id, stored.photos) }
    const { vectors, ...rest } = await this.fromResults(id, ok)
    const index = vectors.size > ALL ? await runWork(ClusteredIndex.build(vectors)) : vectors
    if (finishedAt !== null) void this.store(id, finishedAt, { index, photos: rest.photos })
    return { index, done, ...rest }
  }

  private async fromResults(id: string, ok: number) {
    const photos = new Int32Array(ok)
    const files: string[] = []
    let vectors: VectorIndex | undefined
    for await (const { index: at = 0, file, embedding } of await this.jobs.results(id, { only: 'ok' })) {
      if (embedding === undefined) continue
      if (shouldYield()) await yieldToEventLoop()
      const vector = searchVector(fromBase64(embedding))
      vectors ??= roomFor(vector.length, ok)
      // More may have finished meanwhile.
      if (vectors.size >= ok) break
      photos[vectors.add(vector)] = at
      files.push(file)
    }
    return { vectors: vectors ?? new VectorIndex(0, 0), photos: photos.slice(0, files.length), files }
  }

  /** Vectors that were stored with the results; null if there are none that can be used. */
  private async stored(id: string, finishedAt: string): Promise<Searchable | null> {
    const pieces = await this.jobs.readVectors?.(id, finishedAt)
    if (!pieces) return null
    try {
      return await fromPieces(pieces)
    } catch (error) {
      this.log.warn({ job: id, err: error }, 'the stored vectors of a job cannot be read and are made again')
      return null
    }
  }

  /** A search doesn't depend on it. */
  private async store(id: string, finishedAt: string, searchable: Searchable): Promise<void> {
    await this.jobs.writeVectors?.(id, finishedAt, toPieces(searchable)).catch((error: unknown) => {
      this.log.warn({ job: id, err: error }, 'the vectors of a job cannot be stored')
    })
  }

  private async namesOf(id: string, photos: Int32Array): Promise<string[]> {
    const all: string[] = []
    for (;;) {
      const { files, total } = await this.jobs.photos(id, all.length, NAMES)
      all.push(...files)
      if (files.length === 0 || all.length >= total) return Array.from(photos, (index) => all[index] ?? '')
    }
  }
}

/** @throws Problem `conflict` if they need too much memory */
function roomFor(dimensions: number, count: number): VectorIndex {
  if (dimensions * count <= MEMORY_SHARE * memoryLimit(totalmem())) return new VectorIndex(dimensions, count)
  throw new Problem('conflict', 'This job has too many photos to search in with the memory of this server.')
}

/** @throws Problem `not_ready` if it takes too long */
async function inTime<T>(reading: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      const detail = 'The photos of this job are being read for the search. Try again later.'
      reject(new Problem('not_ready', detail, { retryAfterSeconds: RETRY_SECONDS }))
    }, PATIENCE_MS)
  })
  return Promise.race([reading, late]).finally(() => clearTimeout(timer))
}

function named(neighbors: readonly Neighbor[], { files, photos }: Pick<JobIndex, 'files' | 'photos'>): SimilarPhoto[] {
  return neighbors.map(({ row, similarity }) => ({
    index: photos[row] as number,
    file: files[row] as string,
    similarity,
  }))
}
