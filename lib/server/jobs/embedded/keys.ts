import { readdirSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { Problem } from '@/lib/shared/problems/problem'
import type { JobFolder } from './job'

const earlierSchema = z.object({ id: z.string(), body: z.string() })

/**
 * Which job an Idempotency-Key has made. A job has its key in its own folder, so that both are there or neither; what is held here can be made anew from the
 * jobs at any time.
 */
export class Keys {
  private readonly held = new Map<string, { id: string; body: string }>()

  note({ spec, key }: JobFolder): void {
    if (key) this.held.set(key.key, { id: spec.id, body: key.body })
  }

  forget({ spec, key }: JobFolder): void {
    if (key && this.held.get(key.key)?.id === spec.id) this.held.delete(key.key)
  }

  /** The job that a key has made already; null where it has made none. @throws Problem `conflict` where it was made of something else */
  earlier(key: string, body: string): string | null {
    const held = this.held.get(key)
    if (!held) return null
    if (held.body === body) return held.id
    throw new Problem('conflict', 'This Idempotency-Key has made a job of other photos or options.')
  }

  /**
   * Takes in the keys of jobs that were made before keys lay in the jobs: a file each.
   *
   * @param aside where what is damaged is put. @param exists whether there is a job of that id
   */
  takeIn(
    folder: string,
    aside: string,
    exists: (id: string) => boolean,
    log: Record<'error', (fields: object, message: string) => void>,
  ): void {
    for (const name of namesIn(folder)) {
      const path = join(folder, name)
      const read = earlierSchema.safeParse(asJson(readFileSync(path, 'utf8')))
      if (!read.success) {
        const to = join(aside, `key-${name}`)
        renameSync(path, to)
        log.error({ file: path, put_aside: to }, 'the file of an Idempotency-Key is damaged and was put aside')
      } else if (exists(read.data.id)) this.held.set(name, read.data)
      else rmSync(path, { force: true })
    }
  }
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return []
    throw error
  }
}

function asJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
