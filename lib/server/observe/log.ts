import pino, { type Logger } from 'pino'
import type { Environment } from '../config/environment'

export type Log = Logger

/**
 * The server log: JSON lines on standard output, one per request or event. It contains no image data, query strings or
 * headers, so nothing private or secret.
 */
export function createLog({ LOG_LEVEL: level, ENVIRONMENT }: Pick<Environment, 'LOG_LEVEL' | 'ENVIRONMENT'>): Log {
  return pino({
    level,
    base: ENVIRONMENT === undefined ? null : { environment: ENVIRONMENT },
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label) => ({ level: label }) },
  })
}
