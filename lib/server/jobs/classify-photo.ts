import { setTimeout as sleep } from 'node:timers/promises'
import { toRowTraits } from '@/lib/shared/dataset-check/row-traits'
import { Problem } from '@/lib/shared/problems/problem'
import { tooLargeDetail } from '@/lib/shared/problems/too-large-detail'
import { classifiedRow, failedRow, type ModelName, type ResultRow } from '@/lib/shared/results/columns'
import { toBase64 } from '../embeddings/vector'
import type { EmbeddedClassification } from '../engine/types'
import { sha256Of } from '../event-loop/digest'
import { isOutOfDescriptors, StorageError } from '../storage/storage-errors'

/** Classifies a photo: with the engine in this process, or on a remote server. */
export type Classify = (image: Uint8Array, signal: AbortSignal) => Promise<EmbeddedClassification>

/** Engine options for photos of a batch. No user waits for a single one, so it may stay queued for any time. */
export const BATCH_REQUEST = { priority: 'batch', deadlineMs: Number.POSITIVE_INFINITY } as const

/** A photo of a batch. */
export interface Input {
  /** Its name in the results. */
  file: string
  /** @throws Problem, or an error of the file system */
  read(signal: AbortSignal): Promise<Uint8Array>
}

/** @throws Problem `too_large` */
export function requireSize(image: Uint8Array, maxBytes: number): Uint8Array {
  if (image.byteLength <= maxBytes) return image
  throw new Problem('too_large', tooLargeDetail(image.byteLength, maxBytes))
}

/** Errors that aren't the photo's fault: the same photo is retried. */
const TRANSIENT_CODES = new Set(['queue_full', 'rate_limited', 'not_ready', 'deadline_exceeded'])
const MAX_ATTEMPTS = 30
const FIRST_DELAY_MS = 200
const MAX_DELAY_MS = 5000

/**
 * Classifies one photo and returns its row: a result, or why there is none. Waits while the queue is full. Photos with
 * identical bytes are classified once while the cache remembers them.
 *
 * @throws the reason of an aborted signal, Problem `shutting_down`, and faults of this server rather than the photo
 *   (StorageError, no file descriptor left): the photo isn't done then and must not be counted
 */
export async function classifyPhoto(
  { file, read }: Input,
  model: ModelName,
  cache: ClassificationCache,
  signal: AbortSignal,
): Promise<ResultRow> {
  let known = { file, bytes: null as number | null, sha256: null as string | null }
  try {
    const image = await read(signal)
    known = { file, bytes: image.byteLength, sha256: await sha256Of(image) }
    const result = await cache.get(image, known.sha256 as string, signal)
    const row = classifiedRow(known, result)
    const { embedding, kinds, traits } = result
    return {
      ...row,
      ...(embedding ? { embedding: toBase64(embedding) } : {}),
      ...(embedding && kinds ? { kinds: toBase64(kinds) } : {}),
      ...(traits ? { traits: toRowTraits(traits) } : {}),
    }
  } catch (error) {
    signal.throwIfAborted()
    if (error instanceof Problem && error.code === 'shutting_down') throw error
    return failedRow(known, model, failureOf(error))
  }
}

function failureOf(error: unknown): { code: string; detail: string } {
  if (error instanceof Problem) return error
  const { code, message } = error as NodeJS.ErrnoException
  if (error instanceof StorageError || isOutOfDescriptors(error)) throw error
  if (code === 'ENOENT') return { code: 'not_found', detail: 'The file does not exist.' }
  if (code === undefined) throw error // A bug isn't the photo's fault.
  return { code: 'unreadable', detail: `The file cannot be read: ${message}` }
}

/**
 * How many of the latest results a cache remembers. A result takes 2.5 KB, and one with an embedding four times as much: ten
 * thousand were most of what a job took from the memory of the server.
 */
const MAX_RESULTS = 1000

/** Results by the photo's digest. */
export class ClassificationCache {
  private readonly entries = new Map<string, Promise<EmbeddedClassification>>()

  constructor(private readonly classify: Classify) {}

  get(image: Uint8Array, sha256: string, signal: AbortSignal): Promise<EmbeddedClassification> {
    const cached = this.entries.get(sha256)
    if (cached) return cached
    const pending = classifyWithRetries(this.classify, image, signal)
    this.entries.set(sha256, pending)
    // Only results are remembered: what failed may succeed the next time.
    pending.catch(() => this.entries.delete(sha256))
    if (this.entries.size > MAX_RESULTS) this.entries.delete(this.entries.keys().next().value as string)
    return pending
  }
}

async function classifyWithRetries(
  classify: Classify,
  image: Uint8Array,
  signal: AbortSignal,
): Promise<EmbeddedClassification> {
  for (let attempt = 0; ; attempt++) {
    try {
      return await classify(image, signal)
    } catch (error) {
      signal.throwIfAborted()
      if (!(error instanceof Problem) || !TRANSIENT_CODES.has(error.code) || attempt >= MAX_ATTEMPTS) throw error
      const wait = (error.retryAfterSeconds ?? 0) * 1000 || FIRST_DELAY_MS * 2 ** attempt
      await sleep(Math.min(wait, MAX_DELAY_MS), undefined, { signal })
    }
  }
}
