import { format, stripVTControlCharacters } from 'node:util'
import type { Log } from './log'

/** Has what libraries print to the console come as lines of the log, so that everything on standard output is JSON. What they tell in passing is for `debug`. */
export function consoleToLog(log: Pick<Log, 'debug' | 'warn' | 'error'>): void {
  const to = (level: 'debug' | 'warn' | 'error') => {
    return (...what: unknown[]) => {
      const text = stripVTControlCharacters(format(...what)).trim()
      if (text !== '') log[level]({ from: 'console' }, text)
    }
  }
  console.log = console.info = console.debug = to('debug')
  console.warn = to('warn')
  console.error = console.trace = to('error')
}
