import pino, { type Logger } from 'pino'

export type Log = Logger

/**
 * The program's log: JSON lines on standard output, one a request and one an event. No image content, no query
 * strings, no headers: nothing that a photo's owner or a key's owner would mind.
 */
export function createLog(level: string): Log {
  return pino({
    level,
    base: null,
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label) => ({ level: label }) },
  })
}
