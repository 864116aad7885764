import { isDeviceBatch } from './device/device-job'
import { type BatchOptions, BatchSession } from './session'

/**
 * This tab's current batch, which continues while the visitor is on other pages, and the batches with the same photos
 * on other models that it is compared with.
 */
class TabBatch {
  private current: BatchSession | null = null
  private all: readonly BatchSession[] = []
  private readonly listeners = new Set<() => void>()

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener)
    return () => this.listeners.delete(listener)
  }

  /** The current batch. */
  readonly snapshot = (): BatchSession | null => this.current

  readonly serverSnapshot = (): null => null

  /** The current batch and those beside it. A new array after each change. */
  readonly sessions = (): readonly BatchSession[] => this.all

  /** Starts a new batch. The previous ones continue on the server. */
  start(options: BatchOptions): BatchSession {
    const session = new BatchSession(options)
    this.set(session, [session])
    return session
  }

  /** Shows a batch with the same photos. The others stay open beside it. */
  showBeside(session: BatchSession): void {
    this.set(session, [...this.all, session])
  }

  /** Opens the batch with this ID beside the current one, unless it is already open. */
  openBeside(id: string, options: BatchOptions): BatchSession {
    const open = this.find(id)
    if (open) return open
    const session = new BatchSession({ ...options, here: isDeviceBatch(id) })
    void session.open(id)
    this.set(this.current, [...this.all, session])
    return session
  }

  /** Opens the batch with this ID, unless it is already open. */
  open(id: string, options: BatchOptions): void {
    if (this.current?.snapshot().id === id) return
    const beside = this.find(id)
    if (beside) this.set(beside, this.all)
    else void this.start({ ...options, here: isDeviceBatch(id) }).open(id)
  }

  close(): void {
    this.set(null, [])
  }

  private find(id: string): BatchSession | undefined {
    return this.all.find((session) => session.snapshot().id === id)
  }

  private set(current: BatchSession | null, all: readonly BatchSession[]): void {
    for (const session of this.all) if (!all.includes(session)) session.dispose()
    this.current = current
    this.all = all
    for (const listener of this.listeners) listener()
  }
}

export const tabBatch = new TabBatch()
