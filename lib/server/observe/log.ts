import pino, { type Logger } from 'pino'
import type { Environment } from '../config/environment'

export type Log = Logger

/**
 * The program's log: JSON lines on standard output, one a request and one an event. No image content, no query
 * strings, no headers: nothing that a photo's owner or a key's owner would mind.
 */
export function createLog({ LOG_LEVEL: level, ENVIRONMENT }: Pick<Environment, 'LOG_LEVEL' | 'ENVIRONMENT'>): Log {
  return pino({
    level,
    base: ENVIRONMENT === undefined ? null : { environment: ENVIRONMENT },
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label) => ({ level: label }) },
  })
}
