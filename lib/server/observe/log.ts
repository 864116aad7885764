import pino, { type Logger } from 'pino'
import type { Environment } from '../config/environment'
import { redactKeys } from '../keys/token'

export type Log = Logger

/** IDs of visitors' models (`VISITOR_ID`), wherever they stand in a line: in paths, fields, and texts of errors. */
const SECRET_IDS = /\bm-([0-9a-f]{4})[0-9a-f]{28}\b/g

/**
 * The server log: JSON lines on standard output, one per request or event. It contains no image data, query strings or
 * headers, and of keys and the IDs of visitors' models only the start, so nothing private or secret.
 */
export function createLog({ LOG_LEVEL: level, ENVIRONMENT }: Pick<Environment, 'LOG_LEVEL' | 'ENVIRONMENT'>): Log {
  return pino({
    level,
    base: ENVIRONMENT === undefined ? null : { environment: ENVIRONMENT },
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label) => ({ level: label }) },
    hooks: { streamWrite: (line) => redactKeys(line).replace(SECRET_IDS, 'm-$1…') },
  })
}
