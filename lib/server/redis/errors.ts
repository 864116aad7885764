const UNAVAILABLE_NAMES = /^(MaxRetriesPerRequestError|ClusterAllFailedError)$/
const UNAVAILABLE =
  /^(Command timed out|Command aborted due to connection close|Connection is closed|Socket timeout|Stream isn't writeable|None of startup nodes|Failed to refresh slots|Cluster is ended|Too many Cluster redirections)/
/**
 * The server responds but is the wrong one: it was demoted, is still loading, or has lost its primary. A new connection
 * may reach the right one. Older servers report READONLY in the middle of a script's error.
 */
const WRONG_SERVER = /^(LOADING|MASTERDOWN|UNBLOCKED)\b|\bREADONLY\b/
/** The right server, which refuses writes at the moment. */
const REFUSES_WRITES = /^(MISCONF|CLUSTERDOWN|NOREPLICAS)\b/

/** Whether an error means that this server is the wrong one and a new connection may reach the right one. */
export function isWrongServer(error: unknown): boolean {
  return WRONG_SERVER.test((error as Error).message)
}

/** Whether an error means that Redis doesn't respond, or not properly, so other commands would fail too. */
export function isRedisUnavailable(error: unknown): boolean {
  const { name, message } = error as Error
  return (
    UNAVAILABLE_NAMES.test(name) || UNAVAILABLE.test(message) || REFUSES_WRITES.test(message) || isWrongServer(error)
  )
}

/** Whether an error means that Redis can't be used at the moment. */
export function isRedisFailure(error: unknown): boolean {
  return (error as Error).name === 'ReplyError' || isRedisUnavailable(error)
}
