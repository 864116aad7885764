/** What a model holds until it is closed. */
interface Closable {
  close(): Promise<void>
}

type Progress = (received: number, total: number) => void

/** Loads and opens a model. After the signal, it must reject, and leave nothing open. */
export type OpenModel<Session> = (name: string, signal: AbortSignal, onProgress: Progress) => Promise<Session>

interface Loaded<Session> {
  session: Promise<Session>
  /** Those who wait for it or use it. */
  users: Set<{ onProgress: Progress }>
  stop: AbortController
}

/** Models that stay open: a comparison uses three. */
const MAX_OPEN = 3

/** The models that this browser has loaded, by name. */
export class ModelsHere<Session extends Closable> {
  private readonly models = new Map<string, Loaded<Session>>()

  constructor(private readonly open: OpenModel<Session>) {}

  /**
   * Opens a model unless it is open, and keeps it open for the work.
   *
   * @param signal ends the wait, and the download if nobody else waits for it
   * @throws what opening the model or the work throws, or the signal's reason
   */
  async use<T>(
    name: string,
    signal: AbortSignal,
    onProgress: Progress,
    work: (session: Session) => Promise<T>,
  ): Promise<T> {
    signal.throwIfAborted()
    const model = this.models.get(name) ?? this.load(name)
    // The last one used is the last one to be closed.
    this.models.delete(name)
    this.models.set(name, model)
    const user = { onProgress }
    model.users.add(user)
    try {
      const session = await this.waitFor(name, model, user, signal)
      return await work(session)
    } finally {
      model.users.delete(user)
      this.closeUnused()
    }
  }

  /** Waits for the model. Whoever leaves last ends its download. */
  private async waitFor(
    name: string,
    { session, users, stop }: Loaded<Session>,
    user: { onProgress: Progress },
    signal: AbortSignal,
  ): Promise<Session> {
    const leave = () => {
      users.delete(user)
      if (users.size > 0) return
      stop.abort(signal.reason)
      this.models.delete(name)
    }
    signal.addEventListener('abort', leave)
    try {
      const opened = await session
      signal.throwIfAborted()
      return opened
    } finally {
      signal.removeEventListener('abort', leave)
    }
  }

  private load(name: string): Loaded<Session> {
    const stop = new AbortController()
    const users: Loaded<Session>['users'] = new Set()
    const session = this.open(name, stop.signal, (received, total) => {
      for (const { onProgress } of users) onProgress(received, total)
    })
    const model = { session, users, stop }
    session.catch(() => {
      if (this.models.get(name) === model) this.models.delete(name)
    })
    return model
  }

  /** Closes those that weren't used for longest, but none that somebody uses. */
  private closeUnused(): void {
    let surplus = this.models.size - MAX_OPEN
    for (const [name, { session, users }] of this.models) {
      if (surplus <= 0) return
      if (users.size > 0) continue
      this.models.delete(name)
      surplus--
      void session.then((one) => one.close()).catch(() => {})
    }
  }
}
