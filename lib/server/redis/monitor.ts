/** Commands are answered within this time or fail, because a client is waiting. */
const COMMAND_MS = 5_000
/** While Redis is known to be unresponsive, commands fail in about the time it takes to connect. */
const LOST_COMMAND_MS = 500

/**
 * Whether Redis responds, over all connections of this process. Logs one line when it stops responding and one when it
 * does again; commands in between fail quickly.
 */
export class RedisMonitor {
  private readonly connections = new Set<object>()
  /** Connections without a reply since Redis was lost. */
  private readonly unresponsive = new Set<object>()
  private lostSince = 0

  constructor(private readonly log: Record<'warn' | 'info', (fields: object, message: string) => void>) {}

  get lost(): boolean {
    return this.unresponsive.size > 0
  }

  /** The timeout of a command sent now (milliseconds). The time before the loss was noticed isn't waited for twice. */
  commandTimeout(): number {
    return this.lost ? Math.max(LOST_COMMAND_MS, this.lostSince + COMMAND_MS - performance.now()) : COMMAND_MS
  }

  add(connection: object): void {
    this.connections.add(connection)
  }

  remove(connection: object): void {
    this.connections.delete(connection)
    this.markResponsive(connection)
  }

  /** A connection gets no replies. The others may not have noticed, so Redis is back once each of them has had one. */
  markLost(connection: object, reason: string): void {
    if (!this.lost) {
      for (const other of this.connections) this.unresponsive.add(other)
      this.lostSince = performance.now()
      this.log.warn({ reason }, 'Redis is not responding; reconnecting. Requests that need it wait or are refused')
    }
    this.unresponsive.add(connection)
  }

  /** A connection has had a reply. */
  markResponsive(connection: object): void {
    if (!this.unresponsive.delete(connection) || this.lost) return
    const seconds = Math.round((performance.now() - this.lostSince) / 100) / 10
    this.log.info({ lost_s: seconds }, 'Redis is responding again')
  }
}
