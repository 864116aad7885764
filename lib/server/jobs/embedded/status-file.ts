import { z } from 'zod'
import { JOB_STATES } from '@/lib/shared/contract/jobs'
import { readJson, writeJson } from './atomic-json'
import type { LeaseHandle } from './lease-handle'

const statusSchema = z.object({
  state: z.enum(JOB_STATES),
  open: z.boolean(),
  /** Whether somebody asked it to wait. */
  paused: z.boolean().optional(),
  finished_at: z.string().nullable(),
  /** Failed photos of an earlier round are tried again. */
  round: z.int().min(0),
  callback: z.object({ attempts: z.int().min(0), state: z.enum(['waiting', 'delivered', 'given_up']) }).optional(),
})

/** What changes of a job besides its photos and results. */
export type Status = z.infer<typeof statusSchema>

/** Of a job that has just been made. */
const INITIAL: Status = { state: 'running', open: true, finished_at: null, round: 0 }

/** `status.json` of a job: in memory what is on the disk, but for what is noted and could not be written yet. */
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

  /** @throws DamagedJob, NodeJS.ErrnoException */
  static read(path: string, lease: LeaseHandle): StatusFile {
    return new StatusFile(path, readJson(path, statusSchema), lease)
  }

  get current(): Readonly<Status> {
    return this.value
  }

  /** Changes it on the disk and then in memory. A part that is undefined goes. @throws NodeJS.ErrnoException; nothing has changed then */
  set(part: { [Key in keyof Status]?: Status[Key] | undefined }): void {
    const next = { ...this.value, ...part } as Status
    writeJson(this.path, next, this.lease)
    this.value = next
    this.dirty = false
  }

  /** What has happened already, whether it can be written or not. @throws NodeJS.ErrnoException; `flush` writes it later */
  record(part: Partial<Status>): void {
    this.value = { ...this.value, ...part }
    this.dirty = true
    this.flush()
  }

  /** Writes what could not be written before. @throws NodeJS.ErrnoException */
  flush(): void {
    if (this.dirty) this.set({})
  }

  /** Its folder has another name now. */
  setPath(path: string): void {
    this.path = path
  }
}
