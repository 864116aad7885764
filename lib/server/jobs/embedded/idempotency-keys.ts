import { readdirSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import * as z from 'zod'
import { Problem } from '@/lib/shared/problems/problem'
import type { JobFolder } from './job-folder'

const legacySchema = z.object({ id: z.string(), body: z.string() })

/**
 * Maps Idempotency-Keys to jobs. Each job's folder has its own key, so that both exist or neither does; this map can be
 * rebuilt from the jobs at any time.
 */
export class IdempotencyKeys {
  private readonly jobs = new Map<string, { id: string; body: string }>()

  add({ spec, key }: JobFolder): void {
    if (key) this.jobs.set(key.key, { id: spec.id, body: key.body })
  }

  delete({ spec, key }: JobFolder): void {
    if (key && this.jobs.get(key.key)?.id === spec.id) this.jobs.delete(key.key)
  }

  /** The job that was created with a key, or null. @throws Problem `conflict` if its contents were different */
  existingJob(key: string, body: string): string | null {
    const held = this.jobs.get(key)
    if (!held) return null
    if (held.body === body) return held.id
    throw new Problem(
      'conflict',
      'This Idempotency-Key was used for a job with different photos or options. Use a new key.',
    )
  }

  /**
   * Imports the keys of versions that stored each key in a file of its own.
   *
   * @param damagedFolder where damaged files are moved
   * @param jobExists whether there is a job with this ID
   */
  importLegacy(
    folder: string,
    damagedFolder: string,
    jobExists: (id: string) => boolean,
    log: Record<'error', (fields: object, message: string) => void>,
  ): void {
    for (const name of filesIn(folder)) {
      const path = join(folder, name)
      const read = legacySchema.safeParse(parseJson(readFileSync(path, 'utf8')))
      if (!read.success) {
        const to = join(damagedFolder, `key-${name}`)
        renameSync(path, to)
        log.error({ file: path, put_aside: to }, 'the file of an Idempotency-Key is damaged and was moved aside')
      } else if (jobExists(read.data.id)) this.jobs.set(name, read.data)
      else rmSync(path, { force: true })
    }
  }
}

/** Files named by the SHA-256 of their key. The API keys have the same folder. */
function filesIn(folder: string): string[] {
  try {
    return readdirSync(folder).filter((name) => /^[0-9a-f]{64}$/.test(name))
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return []
    throw error
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
