import { appendFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs'

/** The result for one photo. */
export type Entry =
  | {
      file: string
      truth: number
      /** Top five: index of the model output, and calibrated probability. */
      top: [index: number, score: number][]
      /** Calibrated probability of the correct label. */
      right: number
      /** Sum over the classes of (probability − truth)². */
      brier: number
      uncertain: boolean
    }
  | { file: string; error: string }

/**
 * The evaluated photos, one line each, written as they are done. After a crash, the same command continues from there.
 * The first line identifies the run; a journal of a different run is replaced.
 */
export class Journal<E extends { file: string } = Entry> {
  readonly entries = new Map<string, E>()

  constructor(
    private readonly path: string,
    identity: object,
  ) {
    const head = JSON.stringify(identity)
    const [first, ...lines] = existsSync(path) ? readFileSync(path, 'utf8').split('\n') : []
    if (first !== head) {
      writeFileSync(path, `${head}\n`)
      return
    }
    for (const line of lines) {
      const entry = parse<E>(line)
      if (entry) this.entries.set(entry.file, entry)
    }
    // A truncated line is evaluated again; the next line must not be appended to it.
    appendFileSync(path, '\n')
  }

  add(entry: E): void {
    this.entries.set(entry.file, entry)
    appendFileSync(this.path, `${JSON.stringify(entry)}\n`)
  }
}

function parse<E>(line: string): E | undefined {
  try {
    return line ? (JSON.parse(line) as E) : undefined
  } catch {
    return undefined
  }
}
