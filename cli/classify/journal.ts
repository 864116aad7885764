import { existsSync } from 'node:fs'
import { AppendLog } from '@/lib/server/jobs/append-log'
import type { ByteRange } from '@/lib/server/jobs/json-lines'
import type { ResultRow } from '@/lib/shared/results/columns'
import { EXIT, Failure } from '../program/exit'

/**
 * The progress of a run: one line per photo, appended when it is done. The first line identifies the run. After a
 * crash, a photo whose line was truncated is classified again. Rows are not kept in memory, only their positions.
 */
export class Journal {
  private readonly log: AppendLog
  private readonly positions = new Map<string, ByteRange>()
  private failures = 0

  /**
   * @param identity what an earlier journal must match to be continued
   * @throws Failure if there is an earlier journal that is not to be resumed, or that belongs to a different run
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
    this.log = AppendLog.open(path, (value, position) => {
      if (first && JSON.stringify(value) !== head) {
        const hint = `${path} belongs to a run with a different model or options. Delete it to start over.`
        throw new Failure(EXIT.usage, hint)
      }
      // A failed photo is retried.
      if (!first && (value as ResultRow).status === 'ok') this.positions.set((value as ResultRow).file, position)
      first = false
    })
    if (first) this.log.append(identity)
  }

  has(file: string): boolean {
    return this.positions.has(file)
  }

  get done(): number {
    return this.positions.size
  }

  get failed(): number {
    return this.failures
  }

  add(row: ResultRow): void {
    this.positions.set(row.file, this.log.append(row))
    if (row.status === 'failed') this.failures++
  }

  row(file: string): ResultRow | undefined {
    const position = this.positions.get(file)
    return position && this.log.read<ResultRow>(position)
  }

  close(): void {
    this.log.close()
  }
}
