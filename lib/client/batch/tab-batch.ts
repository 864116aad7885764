import { type BatchOptions, BatchSession } from './session'

/** This tab's current batch. It continues while the visitor is on other pages. */
class TabBatch {
  private session: BatchSession | null = null
  private readonly listeners = new Set<() => void>()

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener)
    return () => this.listeners.delete(listener)
  }

  readonly snapshot = (): BatchSession | null => this.session

  readonly serverSnapshot = (): null => null

  /** Starts a new batch. The previous one continues on the server. */
  start(options: BatchOptions): BatchSession {
    const session = new BatchSession(options)
    this.set(session)
    return session
  }

  /** Opens the batch with this id, unless it is already open. */
  open(id: string, options: BatchOptions): void {
    if (this.session?.snapshot().id === id) return
    void this.start(options).open(id)
  }

  close(): void {
    this.set(null)
  }

  private set(session: BatchSession | null): void {
    this.session?.dispose()
    this.session = session
    for (const listener of this.listeners) listener()
  }
}

export const tabBatch = new TabBatch()
