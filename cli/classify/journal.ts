import { closeSync, existsSync, fstatSync, ftruncateSync, openSync, readSync, writeSync } from 'node:fs'
import type { ResultRow } from '@/lib/shared/results'
import { EXIT, Failure } from '../exit'

const CHUNK = 1 << 16

/**
 * What is done so far: a line a photo, appended as it is done, in the order of its being done. Its first line says what it belongs
 * to. Survives a kill: a line that was cut short is taken away and its photo is done again. Keeps no row in memory, only where each begins.
 */
export class Journal {
  private readonly fd: number
  private end = 0
  private readonly places = new Map<string, { at: number; length: number }>()
  private failures = 0

  /**
   * @param identity what must be the same for an earlier journal to be gone on with
   * @throws Failure where there is an earlier one and it is not to be gone on with, or belongs to something else
   */
  constructor(
    readonly path: string,
    identity: object,
    resume: boolean,
  ) {
    const earlier = existsSync(path)
    if (earlier && !resume) {
      const hint = `${path} is there from an earlier run: --resume goes on with it; delete it to begin anew.`
      throw new Failure(EXIT.usage, hint)
    }
    this.fd = openSync(path, 'a+')
    const head = JSON.stringify(identity)
    if (fstatSync(this.fd).size === 0) this.append(`${head}\n`)
    else this.load(head)
  }

  has(file: string): boolean {
    return this.places.has(file)
  }

  get done(): number {
    return this.places.size
  }

  get failed(): number {
    return this.failures
  }

  add(row: ResultRow): void {
    const line = `${JSON.stringify(row)}\n`
    const length = Buffer.byteLength(line)
    this.places.set(row.file, { at: this.end, length })
    if (row.status === 'failed') this.failures++
    this.append(line)
  }

  row(file: string): ResultRow | undefined {
    const place = this.places.get(file)
    if (!place) return undefined
    const buffer = Buffer.alloc(place.length)
    readSync(this.fd, buffer, 0, place.length, place.at)
    return JSON.parse(buffer.toString('utf8')) as ResultRow
  }

  close(): void {
    closeSync(this.fd)
  }

  private append(line: string): void {
    const bytes = Buffer.from(line)
    for (let written = 0; written < bytes.length; ) written += writeSync(this.fd, bytes, written)
    this.end += bytes.length
  }

  /** Reads the lines of an earlier run. What follows the last whole line is cut off. */
  private load(head: string): void {
    let rest = Buffer.alloc(0)
    let first = true
    for (let at = 0; ; ) {
      const chunk = Buffer.alloc(CHUNK)
      const length = readSync(this.fd, chunk, 0, CHUNK, at)
      if (length === 0) break
      at += length
      rest = Buffer.concat([rest, chunk.subarray(0, length)])
      for (let newline = rest.indexOf(10); newline >= 0; newline = rest.indexOf(10)) {
        this.line(rest.subarray(0, newline).toString('utf8'), newline + 1, first ? head : null)
        first = false
        rest = rest.subarray(newline + 1)
      }
    }
    ftruncateSync(this.fd, this.end)
    if (first) this.append(`${head}\n`)
  }

  private line(text: string, length: number, head: string | null): void {
    const at = this.end
    this.end += length
    if (head === null) {
      const { file, status } = JSON.parse(text) as ResultRow
      // A photo that failed is tried again.
      if (status === 'ok') this.places.set(file, { at, length })
    } else if (text !== head) {
      const hint = `${this.path} belongs to a run with another model or other options; delete it to begin anew.`
      throw new Failure(EXIT.usage, hint)
    }
  }
}
