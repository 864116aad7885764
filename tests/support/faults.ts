import { closeSync, mkdtempSync, openSync, readFileSync, readSync, rmSync, writeFileSync, writeSync } from 'node:fs'
import { constants, tmpdir } from 'node:os'
import { join } from 'node:path'
import { buildLibrary } from './preload'

/** Faults of the file system at a call of a test's choice, in a process that is started with `env`. */
export interface Faults {
  env: Record<string, string>
  /** From now on the calls are counted from 1, and that one fails, or kills the process, or stops it (SIGSTOP) before it is made. */
  arm(at: number, what: 'ENOSPC' | 'EIO' | 'EMFILE' | 'EROFS' | 'kill' | 'stop'): void
  /** Whether it has happened. */
  happened(): boolean
  /** How many calls there were since, and whether it has happened. Nothing more happens. */
  disarm(): { count: number; happened: boolean }
  /** What the calls were since the last `arm`: the name of each and the path, where it has one. */
  calls(): string[]
  remove(): void
}

const WORDS = 4

/** Null where there is no compiler. @param below absolute folder whose files are meant. @param except files whose path has one of these in it */
export function openFaults(below: string, except: readonly string[] = []): Faults | null {
  const library = buildLibrary('faults.c')
  if (!library) return null
  const folder = mkdtempSync(join(tmpdir(), 'faults-'))
  const [orders, trace] = ['orders', 'trace'].map((name) => join(folder, name)) as [string, string]
  writeFileSync(orders, Buffer.alloc(4 * WORDS))
  writeFileSync(trace, '')
  const file = openSync(orders, 'r+')
  const write = (...words: number[]) => writeSync(file, Buffer.from(Int32Array.from(words).buffer), 0, 4 * WORDS, 0)
  const read = () => {
    const words = Buffer.alloc(4 * WORDS)
    readSync(file, words, 0, words.length, 0)
    return words
  }
  return {
    env: {
      LD_PRELOAD: library.path,
      FAULTS_ORDERS: orders,
      FAULTS_TRACE: trace,
      FAULTS_BELOW: below,
      ...(except.length === 0 ? {} : { FAULTS_EXCEPT: except.join(':') }),
    },
    arm(at, what) {
      writeFileSync(trace, '')
      write(at, what === 'kill' ? -1 : what === 'stop' ? -2 : constants.errno[what], 0, 0)
    },
    happened: () => read().readInt32LE(12) === 1,
    disarm() {
      const words = read()
      write(0, 0, 0, 0)
      return { count: words.readInt32LE(8), happened: words.readInt32LE(12) === 1 }
    },
    calls: () =>
      readFileSync(trace, 'utf8')
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => line.slice(line.indexOf(' ') + 1)),
    remove() {
      closeSync(file)
      library.remove()
      rmSync(folder, { recursive: true })
    },
  }
}
