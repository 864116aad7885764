import { setTimeout as sleep } from 'node:timers/promises'
import type { Classification } from '@/lib/shared/contract/contract'
import { tooLargeDetail } from '@/lib/shared/problems/photo-size'
import { Problem } from '@/lib/shared/problems/problem'
import { answeredRow, failedRow, type ModelName, type ResultRow } from '@/lib/shared/results/columns'
import { sha256Of } from '../event-loop/digest'
import { isOutOfDescriptors, StorageError } from '../storage/storage-errors'

/** Whatever answers for a photo: the engine here, or a server elsewhere. */
export type Classify = (image: Uint8Array, signal: AbortSignal) => Promise<Classification>

/** How the engine is asked for photos of a batch: nobody waits for a single one, so it may stand in the line for as long as it takes. */
export const BATCH_REQUEST = { priority: 'batch', deadlineMs: Number.POSITIVE_INFINITY } as const

/** A photo of a batch. */
export interface Input {
  /** What it is called in the results. */
  file: string
  /** @throws Problem, or an error of the file system */
  read(signal: AbortSignal): Promise<Uint8Array>
}

/** @throws Problem `too_large` */
export function requireSize(image: Uint8Array, maxBytes: number): Uint8Array {
  if (image.byteLength <= maxBytes) return image
  throw new Problem('too_large', tooLargeDetail(image.byteLength, maxBytes))
}

/** Not the photo's fault: the same photo is asked again. */
const TRANSIENT_CODES = new Set(['queue_full', 'rate_limited', 'not_ready', 'deadline_exceeded'])
const MAX_ATTEMPTS = 30
const FIRST_DELAY_MS = 200
const MAX_DELAY_MS = 5000

/**
 * What becomes of one photo, as a row: its answer, or why there is none. A full queue is waited for. Photos that are the same to the last byte
 * are classified once while `Answers` remembers them.
 *
 * @throws what the signal was aborted with, Problem `shutting_down`, and what is wrong with this server and not with the photo (StoreFault, no descriptor
 * left): the photo was not done then, and is not to be counted
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
    return answeredRow(known, await cache.get(image, known.sha256 as string, signal))
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
  if (code === 'ENOENT') return { code: 'not_found', detail: 'There is no such file.' }
  if (code === undefined) throw error // A bug is not the photo's fault.
  return { code: 'unreadable', detail: `The file cannot be read: ${message}` }
}

/** Answers by the photo's digest. */
export class ClassificationCache {
  private readonly entries = new Map<string, Promise<Classification>>()

  /** @param maxEntries answers remembered, the latest */
  constructor(
    private readonly classify: Classify,
    private readonly maxEntries = 10_000,
  ) {}

  get(image: Uint8Array, sha256: string, signal: AbortSignal): Promise<Classification> {
    const cached = this.entries.get(sha256)
    if (cached) return cached
    const pending = classifyWithRetries(this.classify, image, signal)
    this.entries.set(sha256, pending)
    // What failed may succeed for the next one: only answers are remembered.
    pending.catch(() => this.entries.delete(sha256))
    if (this.entries.size > this.maxEntries) this.entries.delete(this.entries.keys().next().value as string)
    return pending
  }
}

async function classifyWithRetries(
  classify: Classify,
  image: Uint8Array,
  signal: AbortSignal,
): Promise<Classification> {
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
