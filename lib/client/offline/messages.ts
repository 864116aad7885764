/** Messages between pages and the service worker. */

export type ToServiceWorker =
  /** The visitor accepts the version that waits. */
  | { kind: 'accept' }
  /** A page has started: versions that no page uses may be removed. */
  | { kind: 'started' }

export type FromServiceWorker =
  /** Asks a page for the addresses of its scripts, one a line; it answers on the port. */
  | { kind: 'scripts' }
  /** This version couldn't be kept. */
  | { kind: 'failed'; reason: KeepFailure }

/** Why a version couldn't be kept: there is no space left, or a file didn't arrive. */
export type KeepFailure = 'full' | 'network'
