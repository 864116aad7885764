import { setTimeout as sleep } from 'node:timers/promises'
import type { Classification } from '@/lib/shared/contract/contract'
import { Problem } from '@/lib/shared/problems/problem'
import { tooLargeDetail } from '@/lib/shared/problems/too-large-detail'
import { classifiedRow, failedRow, type ModelName, type ResultRow } from '@/lib/shared/results/columns'
import { sha256Of } from '../event-loop/digest'
import { outOfDescriptors, StoreFault } from '../storage/store-fault'

/** Whatever answers for a photo: the engine here, or a server elsewhere. */
export type Classify = (image: Uint8Array, signal: AbortSignal) => Promise<Classification>

/** How the engine is asked for photos of a batch: nobody waits for a single one, so it may stand in the line for as long as it takes. */
export const UNHURRIED = { priority: 'batch', deadlineMs: Number.POSITIVE_INFINITY } as const

/** A photo of a batch. */
export interface Input {
  /** What it is called in the results. */
  file: string
  /** @throws Problem, or an error of the file system */
  read(signal: AbortSignal): Promise<Uint8Array>
}

/** @throws Problem `too_large` */
export function requireSize(image: Uint8Array, most: number): Uint8Array {
  if (image.byteLength <= most) return image
  throw new Problem('too_large', tooLargeDetail(image.byteLength, most))
}

/** Not the photo's fault: the same photo is asked again. */
const PASSING = new Set(['queue_full', 'rate_limited', 'not_ready', 'deadline_exceeded'])
const MOST_TRIES = 30
const FIRST_WAIT_MS = 200
const LONGEST_WAIT_MS = 5000

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
  answers: Answers,
  signal: AbortSignal,
): Promise<ResultRow> {
  let known = { file, bytes: null as number | null, sha256: null as string | null }
  try {
    const image = await read(signal)
    known = { file, bytes: image.byteLength, sha256: await sha256Of(image) }
    return classifiedRow(known, await answers.get(image, known.sha256 as string, signal))
  } catch (error) {
    signal.throwIfAborted()
    if (error instanceof Problem && error.code === 'shutting_down') throw error
    return failedRow(known, model, reason(error))
  }
}

function reason(error: unknown): { code: string; detail: string } {
  if (error instanceof Problem) return error
  const { code, message } = error as NodeJS.ErrnoException
  if (error instanceof StoreFault || outOfDescriptors(error)) throw error
  if (code === 'ENOENT') return { code: 'not_found', detail: 'There is no such file.' }
  if (code === undefined) throw error // A bug is not the photo's fault.
  return { code: 'unreadable', detail: `The file cannot be read: ${message}` }
}

/** Answers by the photo's digest. */
export class Answers {
  private readonly held = new Map<string, Promise<Classification>>()

  /** @param most answers remembered, the latest */
  constructor(
    private readonly classify: Classify,
    private readonly most = 10_000,
  ) {}

  get(image: Uint8Array, sha256: string, signal: AbortSignal): Promise<Classification> {
    const held = this.held.get(sha256)
    if (held) return held
    const asked = patiently(this.classify, image, signal)
    this.held.set(sha256, asked)
    // What failed may succeed for the next one: only answers are remembered.
    asked.catch(() => this.held.delete(sha256))
    if (this.held.size > this.most) this.held.delete(this.held.keys().next().value as string)
    return asked
  }
}

async function patiently(classify: Classify, image: Uint8Array, signal: AbortSignal): Promise<Classification> {
  for (let attempt = 0; ; attempt++) {
    try {
      return await classify(image, signal)
    } catch (error) {
      signal.throwIfAborted()
      if (!(error instanceof Problem) || !PASSING.has(error.code) || attempt >= MOST_TRIES) throw error
      const wait = (error.retryAfterSeconds ?? 0) * 1000 || FIRST_WAIT_MS * 2 ** attempt
      await sleep(Math.min(wait, LONGEST_WAIT_MS), undefined, { signal })
    }
  }
}
