/** Duration of each protection. If a worker dies, its protection ends with it. */
const MINUTES = 30
const RENEW_MS = (MINUTES * 60_000) / 2
/** ECS limits these calls, so a short gap between two shards doesn't end the protection. */
const IDLE_MS = 10_000
const CALL_MS = 5_000

/**
 * Keeps ECS from stopping this task during scale-in while it works. If ECS doesn't respond, work continues
 * unprotected: another worker repeats whatever is interrupted.
 * https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-scale-in-protection-endpoint.html
 */
export class ScaleInProtection {
  private work = 0
  private isProtected = false
  private renewal: NodeJS.Timeout | undefined
  private idle: NodeJS.Timeout | undefined
  private last: Promise<void> = Promise.resolve()

  /** @param agent URL of the ECS agent, from ECS_AGENT_URI */
  constructor(
    private readonly agent: string,
    private readonly log: { warn(fields: object, message: string): void },
    private readonly idleMs = IDLE_MS,
    private readonly renewMs = RENEW_MS,
  ) {}

  /** Resolves once protection was requested, whether or not it was granted. */
  begin(): Promise<void> {
    this.work++
    clearTimeout(this.idle)
    if (this.isProtected) return this.last
    this.isProtected = true
    // Renews it as long as it is held, regardless of gaps between pieces of work.
    this.renewal = setInterval(() => this.request(true), this.renewMs).unref()
    return this.request(true)
  }

  end(): void {
    this.work--
    if (this.work === 0) this.idle = setTimeout(() => void this.release(), this.idleMs).unref()
  }

  /** Ends the protection immediately. */
  async release(): Promise<void> {
    clearTimeout(this.idle)
    clearInterval(this.renewal)
    if (!this.isProtected) return
    this.isProtected = false
    await this.request(false)
  }

  private request(on: boolean): Promise<void> {
    this.last = this.last.then(() => this.sendRequest(on))
    return this.last
  }

  private async sendRequest(on: boolean): Promise<void> {
    try {
      const reply = await fetch(`${this.agent}/task-protection/v1/state`, {
        method: 'PUT',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(
          on ? { ProtectionEnabled: true, ExpiresInMinutes: MINUTES } : { ProtectionEnabled: false },
        ),
        signal: AbortSignal.timeout(CALL_MS),
      })
      if (!reply.ok) throw new Error(`ECS responded with ${reply.status}: ${(await reply.text()).slice(0, 200)}`)
    } catch (error) {
      this.log.warn({ reason: (error as Error).message, on }, 'could not change the scale-in protection')
    }
  }
}
