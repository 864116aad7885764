import { existsSync } from 'node:fs'
import { AppendLog } from '@/lib/server/jobs/append-log'
import type { ByteRange } from '@/lib/server/jobs/json-lines'
import type { ResultRow } from '@/lib/shared/results/columns'
import { EXIT, Failure } from '../program/exit'

/**
 * What is done so far: a line a photo, appended as it is done, in the order of its being done. Its first line says what it belongs
 * to. After a kill, a photo whose line was cut short is done again. Keeps no row in memory, only where each begins.
 */
export class Journal {
  private readonly log: AppendLog
  private readonly places = new Map<string, ByteRange>()
  private failures = 0

  /**
   * @param identity what must be the same for an earlier journal to be gone on with
   * @throws Failure where there is an earlier one and it is not to be gone on with, or belongs to something else
   */
  constructor(
    readonly path: string,
    identity: object,
    resume: boolean,
  ) {
    if (existsSync(path) && !resume) {
      const hint = `${path} is left over from an earlier run. Use --resume to continue that run, or delete the file to start over.`
      throw new Failure(EXIT.usage, hint)
    }
    const head = JSON.stringify(identity)
    let first = true
    this.log = AppendLog.open(path, (value, place) => {
      if (first && JSON.stringify(value) !== head) {
        const hint = `${path} belongs to a run with a different model or options. Delete it to start over.`
        throw new Failure(EXIT.usage, hint)
      }
      // A photo that failed is tried again.
      if (!first && (value as ResultRow).status === 'ok') this.places.set((value as ResultRow).file, place)
      first = false
    })
    if (first) this.log.append(identity)
  }

  has(file: string): boolean {
    return this.places.has(file)
  }

  get done(): number {
    return this.places.size
  }

  get failed(): number {
    return this.failures
  }

  add(row: ResultRow): void {
    this.places.set(row.file, this.log.append(row))
    if (row.status === 'failed') this.failures++
  }

  row(file: string): ResultRow | undefined {
    const place = this.places.get(file)
    return place && this.log.read<ResultRow>(place)
  }

  close(): void {
    this.log.close()
  }
}
