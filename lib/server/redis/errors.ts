const UNAVAILABLE_NAMES = /^(MaxRetriesPerRequestError|ClusterAllFailedError)$/
const UNAVAILABLE =
  /^(Command timed out|Command aborted due to connection close|Connection is closed|Socket timeout|Stream isn't writeable|None of startup nodes|Failed to refresh slots|Cluster is ended|Too many Cluster redirections)/
/**
 * A server that answers and is not the one to be asked: it was demoted, has not read its data yet, or has lost its primary. A new connection may lead to
 * the right one. Older servers say READONLY in the middle of a script's error.
 */
const WRONG_SERVER = /^(LOADING|MASTERDOWN|UNBLOCKED)\b|\bREADONLY\b/
/** A server that is the right one, and takes nothing in just now. */
const REFUSES_WRITES = /^(MISCONF|CLUSTERDOWN|NOREPLICAS)\b/

/** Whether an error says that this server will not do, and another connection may lead to one that does. */
export function isWrongServer(error: unknown): boolean {
  return WRONG_SERVER.test((error as Error).message)
}

/** Whether an error says that Redis does not answer, or not as it must: whatever else is asked of it now will not be answered either. */
export function isRedisUnavailable(error: unknown): boolean {
  const { name, message } = error as Error
  return (
    UNAVAILABLE_NAMES.test(name) || UNAVAILABLE.test(message) || REFUSES_WRITES.test(message) || isWrongServer(error)
  )
}

/** Whether an error says that Redis cannot be had just now, or not as it must be. */
export function isRedisFailure(error: unknown): boolean {
  return (error as Error).name === 'ReplyError' || isRedisUnavailable(error)
}
