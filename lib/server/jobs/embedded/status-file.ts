import * as z from 'zod'
import { JOB_STATES } from '@/lib/shared/contract/jobs'
import { readJson, writeJson } from './atomic-json'
import type { LeaseHandle } from './lease-handle'

const statusSchema = z.object({
  state: z.enum(JOB_STATES),
  open: z.boolean(),
  /** Whether a client paused it. */
  paused: z.boolean().optional(),
  finished_at: z.string().nullable(),
  /** Increases each time that failed photos are retried. */
  round: z.int().min(0),
  callback: z.object({ attempts: z.int().min(0), state: z.enum(['waiting', 'delivered', 'given_up']) }).optional(),
})

/** The parts of a job that change, apart from its photos and results. */
export type Status = z.infer<typeof statusSchema>

/** The status of a new job. */
const INITIAL: Status = { state: 'running', open: true, finished_at: null, round: 0 }

/**
 * `status.json` of a job. In memory it is the same as on disk, except for recorded changes that couldn't be written
 * yet.
 */
export class StatusFile {
  private dirty = false

  private constructor(
    private path: string,
    private value: Status,
    private readonly lease: LeaseHandle,
  ) {}

  /** @throws NodeJS.ErrnoException */
  static create(path: string, lease: LeaseHandle): StatusFile {
    const file = new StatusFile(path, INITIAL, lease)
    file.set({})
    return file
  }

  /** @throws CorruptJobError, NodeJS.ErrnoException */
  static read(path: string, lease: LeaseHandle): StatusFile {
    return new StatusFile(path, readJson(path, statusSchema), lease)
  }

  get current(): Readonly<Status> {
    return this.value
  }

  /**
   * Changes the status on disk, then in memory. Undefined removes a field.
   *
   * @throws NodeJS.ErrnoException; nothing has changed then
   */
  set(part: { [Key in keyof Status]?: Status[Key] | undefined }): void {
    const next = { ...this.value, ...part } as Status
    writeJson(this.path, next, this.lease)
    this.value = next
    this.dirty = false
  }

  /**
   * Records something that has already happened, even if it can't be written.
   *
   * @throws NodeJS.ErrnoException; `flush` writes it later
   */
  record(part: Partial<Status>): void {
    this.value = { ...this.value, ...part }
    this.dirty = true
    this.flush()
  }

  /** Writes what couldn't be written before. @throws NodeJS.ErrnoException */
  flush(): void {
    if (this.dirty) this.set({})
  }

  /** The job's folder was renamed. */
  setPath(path: string): void {
    this.path = path
  }
}
