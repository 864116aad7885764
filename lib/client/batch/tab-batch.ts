import { type BatchOptions, BatchSession } from './session'

/** The batch of this tab. It goes on while other pages are looked at. */
class TabBatch {
  private session: BatchSession | null = null
  private readonly listeners = new Set<() => void>()

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener)
    return () => this.listeners.delete(listener)
  }

  readonly snapshot = (): BatchSession | null => this.session

  readonly serverSnapshot = (): null => null

  /** Begins a new one; an earlier one goes on at the server. */
  begin(options: BatchOptions): BatchSession {
    const session = new BatchSession(options)
    this.set(session)
    return session
  }

  /** The batch of an address: the one that is here, or found again. */
  open(id: string, options: BatchOptions): void {
    if (this.session?.snapshot().id === id) return
    void this.begin(options).open(id)
  }

  leave(): void {
    this.set(null)
  }

  private set(session: BatchSession | null): void {
    this.session?.dispose()
    this.session = session
    for (const listener of this.listeners) listener()
  }
}

export const tabBatch = new TabBatch()
