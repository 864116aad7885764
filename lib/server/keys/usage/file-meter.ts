import { randomUUID } from 'node:crypto'
import {
  closeSync,
  fstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs'
import { join } from 'node:path'
import { storageProblem } from '../../storage/storage-errors'
import { dayOf, type Meter, type MonthUsage, monthOf, noUsage, RETENTION_DAYS, USAGE_FIELDS, type Usage } from './meter'

const FILE = '.usage'
/** A file whose process has ended: the next process goes on with it. */
const CLOSED = '.closed.usage'
const NUMBERS = [...USAGE_FIELDS, 'quota', 'last'] as const
const NUMBER_WIDTH = 17
const LINE = /^\d{4}-\d\d-(\d\d) ([0-9a-f]{12})((?: {1,17}-?\d{1,17}){6})$/
const LINE_BYTES = 'YYYY-MM-DD 0123456789ab'.length + NUMBERS.length * NUMBER_WIDTH + 1
/** How old the figures of other processes may be (milliseconds). */
const OTHERS_MS = 1_000
const DAY_MS = 86_400_000

type Figures = Record<(typeof NUMBERS)[number], number>

interface Line extends Figures {
  day: string
  id: string
  /** In the file, in bytes. */
  position: number
}

interface MonthFile {
  month: string
  path: string
  file: number
  size: number
  lines: Map<string, Line>
}

interface FileMeterLog {
  error(fields: object, message: string): void
}

/**
 * Counts in a folder, for a server without Redis. A process has one file for each month, with a line of fixed length
 * for each key and day. A line is overwritten in place as soon as something is counted: what was written survives the
 * process, even if it is killed. The sum over all files counts.
 */
export class FileMeter implements Meter {
  private current: MonthFile | null = null
  private others: { month: string; at: number; lines: Line[] } = { month: '', at: 0, lines: [] }
  private isFailing = false

  constructor(
    private readonly folder: string,
    private readonly log: FileMeterLog,
  ) {}

  async take(id: string, photos: number, quota: number, now: number): Promise<boolean> {
    try {
      const { month } = this.open(now)
      if (this.sum(id, month).quota + photos > quota) return false
      this.add(id, { quota: photos }, now)
      return true
    } catch (error) {
      throw storageProblem(error)
    }
  }

  async giveBack(id: string, photos: number, takenAt: number): Promise<void> {
    try {
      if (monthOf(takenAt) === this.current?.month) this.add(id, { quota: -photos }, takenAt)
    } catch {
      // The key has a few photos less this month, which is better than too many.
    }
  }

  count(id: string, usage: Partial<Usage>, now: number): void {
    try {
      this.add(id, { ...usage, last: now }, now)
      this.isFailing = false
    } catch (error) {
      if (!this.isFailing) this.log.error({ reason: (error as Error).message }, 'the use of keys can’t be stored')
      this.isFailing = true
    }
  }

  async month(id: string, month: string): Promise<MonthUsage> {
    try {
      return this.sum(id, month)
    } catch (error) {
      throw storageProblem(error)
    }
  }

  async close(): Promise<void> {
    if (this.current === null) return
    const { file, path } = this.current
    this.current = null
    closeSync(file)
    renameSync(path, path.slice(0, -FILE.length) + CLOSED)
  }

  private sum(id: string, month: string): MonthUsage {
    const own = this.current?.month === month ? [...this.current.lines.values()] : []
    const usage: MonthUsage = { days: new Map(), quota: 0, lastUsed: null }
    for (const line of [...own, ...this.otherLines(month)]) {
      if (line.id !== id) continue
      const day = Number(line.day.slice(8))
      const sum = usage.days.get(day) ?? noUsage()
      for (const field of USAGE_FIELDS) sum[field] += line[field]
      usage.days.set(day, sum)
      usage.quota += line.quota
      if (line.last > 0) usage.lastUsed = Math.max(usage.lastUsed ?? 0, line.last)
    }
    return usage
  }

  /** The lines of other processes: those that ended, and one that runs at the same time, such as during an update. */
  private otherLines(month: string): Line[] {
    if (this.others.month === month && performance.now() - this.others.at < OTHERS_MS) return this.others.lines
    const folder = join(this.folder, month)
    const paths = filesIn(folder).map((name) => join(folder, name))
    const lines = paths.filter((path) => path !== this.current?.path).flatMap(readLines)
    this.others = { month, at: performance.now(), lines }
    return lines
  }

  private add(id: string, figures: Partial<Figures>, now: number): void {
    const file = this.open(now)
    const day = dayOf(now)
    const line = file.lines.get(`${day} ${id}`) ?? newLine(day, id, file.size)
    const changed = { ...line, ...sumOf(line, figures) }
    writeSync(file.file, printLine(changed), changed.position)
    if (changed.position === file.size) file.size += LINE_BYTES
    file.lines.set(`${day} ${id}`, changed)
  }

  /** The file of the current month. */
  private open(now: number): MonthFile {
    const month = monthOf(now)
    if (this.current?.month === month) return this.current
    if (this.current) closeSync(this.current.file)
    this.current = null
    this.removeOld(now)
    const folder = join(this.folder, month)
    mkdirSync(folder, { recursive: true })
    const path = join(folder, `${randomUUID()}${FILE}`)
    adopt(folder, path)
    const file = openSync(path, openFlag(path))
    // A last line that isn't complete is overwritten.
    const size = fstatSync(file).size
    const lines = new Map(readLines(path).map((line) => [`${line.day} ${line.id}`, line]))
    this.others.at = 0
    this.current = { month, path, file, size: size - (size % LINE_BYTES), lines }
    return this.current
  }

  private removeOld(now: number): void {
    const oldest = monthOf(now - RETENTION_DAYS * DAY_MS)
    for (const name of namesIn(this.folder)) {
      if (/^\d{4}-\d\d$/.test(name) && name < oldest) rmSync(join(this.folder, name), { recursive: true, force: true })
    }
  }
}

/** Takes over the file of a process that has ended, so that restarts don't add up to many files. Only one can. */
function adopt(folder: string, path: string): void {
  for (const name of filesIn(folder).filter((each) => each.endsWith(CLOSED))) {
    try {
      renameSync(join(folder, name), path)
      return
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
    }
  }
}

function openFlag(path: string): 'r+' | 'w+' {
  return statSync(path, { throwIfNoEntry: false }) === undefined ? 'w+' : 'r+'
}

function filesIn(folder: string): string[] {
  return namesIn(folder).filter((name) => name.endsWith(FILE))
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return []
    throw error
  }
}

/** A file that was renamed meanwhile is read under its new name next time. */
function readLines(path: string): Line[] {
  let text: string
  try {
    text = readFileSync(path, 'latin1')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return []
    throw error
  }
  return text.split('\n').flatMap((line, index) => parseLine(line, index * LINE_BYTES) ?? [])
}

function parseLine(text: string, position: number): Line | null {
  const [, , id = '', numbers = ''] = LINE.exec(text) ?? []
  if (id === '') return null
  const values = numbers.trim().split(/ +/).map(Number)
  const figures = Object.fromEntries(NUMBERS.map((name, at) => [name, values[at] ?? 0])) as Figures
  return { day: text.slice(0, 10), id, position, ...figures }
}

function printLine(line: Line): string {
  const numbers = NUMBERS.map((name) => String(line[name]).padStart(NUMBER_WIDTH))
  return `${line.day} ${line.id}${numbers.join('')}\n`
}

function newLine(day: string, id: string, position: number): Line {
  return { day, id, position, requests: 0, photos: 0, errors: 0, bytes: 0, quota: 0, last: 0 }
}

function sumOf(line: Figures, figures: Partial<Figures>): Figures {
  const sums = NUMBERS.map((name) => [name, line[name] + (name === 'last' ? 0 : (figures[name] ?? 0))])
  const sum = Object.fromEntries(sums) as Figures
  return { ...sum, last: Math.max(line.last, figures.last ?? 0) }
}
