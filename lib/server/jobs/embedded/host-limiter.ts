/** Limits how many tasks run at once, in total and per host. Hosts take turns; tasks of one host run in order. */
export class HostLimiter {
  private readonly waiting = new Map<string, (() => Promise<void>)[]>()
  private readonly running = new Map<string, number>()
  private total = 0

  constructor(
    private readonly max: number,
    private readonly maxPerHost: number,
  ) {}

  /** Runs a task as soon as there is room. The task must not reject. */
  run(host: string, work: () => Promise<void>): void {
    const works = this.waiting.get(host)
    if (works) works.push(work)
    else this.waiting.set(host, [work])
    this.fill()
  }

  /** Drops tasks that haven't started. */
  clear(): void {
    this.waiting.clear()
  }

  private fill(): void {
    for (let host = this.next(); host !== null; host = this.next()) this.start(host)
  }

  /** A host with waiting tasks that may start one. */
  private next(): string | null {
    if (this.total >= this.max) return null
    for (const host of this.waiting.keys()) if (this.runningFor(host) < this.maxPerHost) return host
    return null
  }

  private start(host: string): void {
    const works = this.waiting.get(host) ?? []
    const work = works.shift()
    // To the back of the line.
    this.waiting.delete(host)
    if (works.length > 0) this.waiting.set(host, works)
    this.count(host, 1)
    void work?.().finally(() => {
      this.count(host, -1)
      this.fill()
    })
  }

  private runningFor(host: string): number {
    return this.running.get(host) ?? 0
  }

  private count(host: string, by: number): void {
    this.total += by
    const now = this.runningFor(host) + by
    if (now === 0) this.running.delete(host)
    else this.running.set(host, now)
  }
}
