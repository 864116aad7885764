/** Whatever is asked is answered within this, or fails: a person waits for it. */
const COMMAND_MS = 5_000
/** While it is known that Redis does not answer, nobody waits for it much longer than it takes to connect. */
const LOST_COMMAND_MS = 500

/**
 * What this process knows of whether Redis answers, over all its connections: one line of the log says when it is lost, one when it is back, and what is
 * asked meanwhile fails soon.
 */
export class RedisMonitor {
  private readonly connections = new Set<object>()
  /** Those that have had no answer since it was lost. */
  private readonly unresponsive = new Set<object>()
  private lostSince = 0

  constructor(private readonly log: Record<'warn' | 'info', (fields: object, message: string) => void>) {}

  get lost(): boolean {
    return this.unresponsive.size > 0
  }

  /** How long a command may wait for its answer that is asked for now (milliseconds): what came before the loss was noticed is waited for once, not twice. */
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

  /** A connection has no answers. The others may not know it yet: Redis is back when each of them has had one. */
  markLost(connection: object, reason: string): void {
    if (!this.lost) {
      for (const other of this.connections) this.unresponsive.add(other)
      this.lostSince = performance.now()
      this.log.warn({ reason }, 'Redis is lost: it is tried on, and what needs it waits or is refused')
    }
    this.unresponsive.add(connection)
  }

  /** A connection has an answer. */
  markResponsive(connection: object): void {
    if (!this.unresponsive.delete(connection) || this.lost) return
    const seconds = Math.round((performance.now() - this.lostSince) / 100) / 10
    this.log.info({ lost_s: seconds }, 'Redis answers again')
  }
}
