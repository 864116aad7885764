/** The phase of the server's life. One instance per process; the host sets it, the routes read it. */
export class Lifecycle {
  readonly started = Date.now()
  /** `draining`: not ready, but still serving. `closing`: the listener is closed, and requests in progress finish. */
  phase: 'serving' | 'draining' | 'closing' = 'serving'
}
