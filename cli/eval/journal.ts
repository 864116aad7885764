import { appendFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs'

/** What became of one photo. */
export type Entry =
  | {
      file: string
      truth: number
      /** Best five: index in the model's output and calibrated probability. */
      top: [index: number, score: number][]
      /** Calibrated probability of the right label. */
      right: number
      /** Sum over the classes of (probability − truth)². */
      brier: number
      uncertain: boolean
    }
  | { file: string; error: string }

/**
 * The photos that are done, a line each, written as they are done. After a kill the same command goes on where this ends; its
 * first line says what it belongs to, and one that belongs to something else begins anew.
 */
export class Journal {
  readonly entries = new Map<string, Entry>()

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
      const entry = parse(line)
      if (entry) this.entries.set(entry.file, entry)
    }
    // A line that a kill cut short is done again; what follows must not be glued to it.
    appendFileSync(path, '\n')
  }

  add(entry: Entry): void {
    this.entries.set(entry.file, entry)
    appendFileSync(this.path, `${JSON.stringify(entry)}\n`)
  }
}

function parse(line: string): Entry | undefined {
  try {
    return line ? (JSON.parse(line) as Entry) : undefined
  } catch {
    return undefined
  }
}
