/** Two uploads at once: the second hides the round trip of the first. */
const CONCURRENCY = 2

/** A photo to be classified by a model. */
export interface PhotoRequest {
  id: number
  model: string
}

export interface QueuedRequest extends PhotoRequest {
  retries: number
}

/** Runs requests in order, a few at a time. */
export class RequestQueue {
  private waiting: QueuedRequest[] = []
  private paused = false
  private readonly running = new Map<string, AbortController>()

  /**
   * @param isWanted false for requests whose photo was removed; they are dropped
   * @param run must not reject
   */
  constructor(
    private readonly isWanted: (request: QueuedRequest) => boolean,
    private readonly run: (request: QueuedRequest, signal: AbortSignal) => Promise<void>,
  ) {}

  add(request: PhotoRequest): void {
    this.enqueue({ ...request, retries: 0 })
  }

  /** Queues the request again after a delay. */
  retryLater(request: QueuedRequest, delayMs: number): void {
    setTimeout(() => this.enqueue({ ...request, retries: request.retries + 1 }), delayMs)
  }

  /** Starts no more requests until `resume`. Those that run go on. */
  pause(): void {
    this.paused = true
  }

  resume(): void {
    this.paused = false
    this.startNext()
  }

  /** Puts a request that ran back in front of the others. */
  putBack(request: QueuedRequest): void {
    this.waiting.unshift(request)
    this.startNext()
  }

  /** The requests that haven't started yet. */
  get pending(): readonly PhotoRequest[] {
    return this.waiting.filter(this.isWanted)
  }

  /** Drops the requests that haven't started yet. */
  clear(): void {
    this.waiting = []
  }

  abort(request: PhotoRequest): void {
    this.running.get(key(request))?.abort()
  }

  dispose(): void {
    this.clear()
    for (const controller of this.running.values()) controller.abort()
  }

  private enqueue(request: QueuedRequest): void {
    this.waiting.push(request)
    this.startNext()
  }

  private startNext(): void {
    while (!this.paused && this.running.size < CONCURRENCY) {
      const request = this.waiting.shift()
      if (!request) return
      if (this.isWanted(request)) void this.start(request)
    }
  }

  private async start(request: QueuedRequest): Promise<void> {
    const controller = new AbortController()
    this.running.set(key(request), controller)
    try {
      await this.run(request, controller.signal)
    } finally {
      // A withdrawn request may end after the one that replaced it has started.
      if (this.running.get(key(request)) === controller) this.running.delete(key(request))
      this.startNext()
    }
  }
}

function key({ id, model }: PhotoRequest): string {
  return `${id} ${model}`
}
