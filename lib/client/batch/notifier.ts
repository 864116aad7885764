/** Changes are reported at most this often, unless they are urgent. */
const INTERVAL_MS = 150

/** Notifies subscribers of changes, immediately or throttled. */
export class Notifier {
  private readonly listeners = new Set<() => void>()
  private timer: ReturnType<typeof setTimeout> | undefined

  /** @param beforeNotify brings the state up to date */
  constructor(private readonly beforeNotify: () => void) {}

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener)
    return () => this.listeners.delete(listener)
  }

  /** @param immediately false to combine frequent changes */
  notify(immediately: boolean): void {
    if (immediately) this.flush()
    else this.timer ??= setTimeout(() => this.flush(), INTERVAL_MS)
  }

  dispose(): void {
    clearTimeout(this.timer)
    this.listeners.clear()
  }

  private flush(): void {
    clearTimeout(this.timer)
    this.timer = undefined
    this.beforeNotify()
    for (const listener of this.listeners) listener()
  }
}
