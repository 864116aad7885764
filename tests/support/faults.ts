import { closeSync, mkdtempSync, openSync, readFileSync, readSync, rmSync, writeFileSync, writeSync } from 'node:fs'
import { constants, tmpdir } from 'node:os'
import { join } from 'node:path'
import { buildLibrary } from './preload'

/** Injects file system faults at chosen calls in a process that is started with `env`. */
export interface Faults {
  env: Record<string, string>
  /** Counts calls from 1; the given call fails, or the process is killed or stopped (SIGSTOP) before it. */
  arm(at: number, fault: 'ENOSPC' | 'EIO' | 'EMFILE' | 'EROFS' | 'kill' | 'stop'): void
  /** Whether the fault occurred. */
  happened(): boolean
  /** Disables faults. Returns the number of calls since `arm` and whether the fault occurred. */
  disarm(): { count: number; happened: boolean }
  /** The calls since the last `arm`: the name of each, and its path if it has one. */
  calls(): string[]
  remove(): void
}

const WORDS = 4

/**
 * Null if there is no compiler.
 *
 * @param below absolute path of the folder whose files are affected
 * @param except files whose path contains one of these are not
 */
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
    arm(at, fault) {
      writeFileSync(trace, '')
      write(at, fault === 'kill' ? -1 : fault === 'stop' ? -2 : constants.errno[fault], 0, 0)
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
