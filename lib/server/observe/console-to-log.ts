import { format, stripVTControlCharacters } from 'node:util'
import type { Log } from './log'

const LEVELS = { log: 'info', info: 'info', warn: 'warn', error: 'error', debug: 'debug', trace: 'debug' } as const

/** Redirects console output of libraries, above all of Next.js and its unhandled rejections, to the JSON log. */
export function consoleToLog(log: Log): void {
  for (const [method, level] of Object.entries(LEVELS) as [keyof typeof LEVELS, (typeof LEVELS)['log']][]) {
    console[method] = (...values: unknown[]) => {
      const err = values.find((value) => value instanceof Error)
      const text = stripVTControlCharacters(format(...values.filter((value) => value !== err))).trim()
      if (err) log[level]({ err }, text || err.message)
      else if (text) log[level]({}, text)
    }
  }
}
