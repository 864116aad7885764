import { readFile } from 'node:fs/promises'
import { LRUCache } from 'lru-cache'
import { Problem } from '@/lib/shared/problems/problem'
import { type ReadyHead, readHead } from '@/lib/shared/training/folder/read-head'
import type { WorkerHead } from '../protocol'

/** Heads that a worker keeps in memory: several hundred with ten labels each. */
const MAX_BYTES = 64_000_000

export type Head = { spec: WorkerHead; bytes: number } & ReadyHead

/**
 * The heads of custom models, read when their first photo comes. So a server has any number of them, and none needs a
 * reload. A revision never changes, and neither does what is kept for it.
 */
export class HeadCache {
  private readonly heads = new LRUCache<string, Head, WorkerHead>({
    maxSize: MAX_BYTES,
    sizeCalculation: ({ bytes }) => bytes,
    fetchMethod: (_revision, _stale, { context }) => load(context),
  })

  /** @throws Problem `not_ready` if it can't be read */
  async get(spec: WorkerHead): Promise<Head> {
    const head = await this.heads.fetch(spec.revision, { context: spec })
    if (head === undefined) throw new Problem('not_ready', 'The custom model could not be read. Try again.')
    return head
  }
}

/** @throws Problem `not_ready` */
async function load(spec: WorkerHead): Promise<Head> {
  try {
    const file = await readFile(spec.file)
    return { ...readHead(spec.kind, file, spec.classes), spec, bytes: file.byteLength }
  } catch (error) {
    const reason = error instanceof Problem ? error.detail : `${(error as Error).message}.`
    throw new Problem('not_ready', `The custom model’s head.safetensors can’t be used. ${reason}`, { cause: error })
  }
}
