import { readdir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import Papa from 'papaparse'
import type { Match } from '@/lib/shared/metrics/label-matcher'
import { readTable, readTruth } from '@/lib/shared/truth'
import { BAD_LINE } from '../bad-line'
import { EXIT, Failure } from '../exit'

/** A photo and the class that it shows. */
export interface Labelled {
  /** Relative to the folder, as people know it. */
  file: string
  path: string
  truth: number
}

/** What cannot be evaluated, and why. */
export interface Skipped {
  file: string
  reason: string
}

export interface Dataset {
  photos: Labelled[]
  skipped: Skipped[]
  /** Labels that name no class of the model, with the number of photos that have them. */
  unmatched: { label: string; photos: number; reason: string }[]
}

type Find = (word: string) => Match

/** Not photos, whatever folder they lie in. */
const NOT_PHOTOS = /^\.|\.(csv|tsv|txt|json|md|html|xml|zip)$/i

/**
 * Reads what is to be evaluated: a folder with a CSV of `file,label` or `file,index` (`labels.csv` in it, or another), or a folder
 * that has a folder of photos for each class.
 *
 * @throws Failure where there is no such folder or CSV, or nothing in it
 */
export async function readDataset(
  folder: string,
  labels: string | undefined,
  classes: number,
  find: Find,
): Promise<Dataset> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => {
    throw new Failure(EXIT.notFound, `There is no folder ${folder}.`)
  })
  const csv = labels ?? (entries.some(({ name }) => name === 'labels.csv') ? join(folder, 'labels.csv') : undefined)
  const collected = new Collected(folder, classes, find)
  if (csv !== undefined) await fromCsv(csv, collected)
  else await fromFolders(folder, collected)
  const dataset = await collected.dataset()
  if (dataset.photos.length + dataset.skipped.length === 0) {
    throw new Failure(EXIT.notFound, `${folder} has neither a labels.csv nor a folder of photos for each class.`)
  }
  return dataset
}

/** Rows as they come, sorted into what can be evaluated and what cannot. */
class Collected {
  private readonly photos: Labelled[] = []
  private readonly skipped: Skipped[] = []
  private readonly unmatched = new Map<string, { label: string; photos: number; reason: string }>()

  constructor(
    private readonly folder: string,
    private readonly classes: number,
    private readonly find: Find,
  ) {}

  skip(file: string, reason: string): void {
    this.skipped.push({ file, reason })
  }

  byIndex(file: string, index: string): void {
    const number = Number(index)
    if (/^\d+$/.test(index.trim()) && number < this.classes) this.add(file, number)
    else this.skip(file, `"${index}" is not an index from 0 to ${this.classes - 1}`)
  }

  byLabel(file: string, label: string): void {
    const match = this.find(label)
    if ('index' in match) {
      this.add(file, match.index)
      return
    }
    const known = this.unmatched.get(label) ?? { label, photos: 0, reason: match.reason }
    known.photos++
    this.unmatched.set(label, known)
    this.skip(file, `label "${label}": ${match.reason}`)
  }

  private add(file: string, truth: number): void {
    this.photos.push({ file, path: join(this.folder, file), truth })
  }

  /** What is there, without the files that are missing. */
  async dataset(): Promise<Dataset> {
    const there = await Promise.all(this.photos.map(({ path }) => isFile(path)))
    const missing = this.photos
      .filter((_, i) => !there[i])
      .map(({ file }) => ({ file, reason: 'there is no such file' }))
    return {
      photos: this.photos.filter((_, i) => there[i]),
      skipped: [...this.skipped, ...missing],
      unmatched: [...this.unmatched.values()],
    }
  }
}

function isFile(path: string): Promise<boolean> {
  return stat(path).then(
    (entry) => entry.isFile(),
    () => false,
  )
}

async function fromCsv(path: string, collected: Collected): Promise<void> {
  const text = await readFile(path, 'utf8').catch(() => {
    throw new Failure(EXIT.notFound, `There is no file ${path}.`)
  })
  const csv = readTable(text)
  const truth = readTruth(csv)
  if (truth === null) {
    throw new Failure(
      EXIT.invalid,
      `${path} needs the columns file and label (or index); it has: ${csv.columns.join(', ')}.`,
    )
  }
  const { column, classes, bad } = truth
  for (const { line, file, reason } of bad) collected.skip(file || `line ${line}`, `line ${line} ${BAD_LINE[reason]}`)
  for (const [file, cell] of classes) {
    if (column === 'index') collected.byIndex(file, cell)
    else collected.byLabel(file, cell)
  }
}

async function fromFolders(folder: string, collected: Collected): Promise<void> {
  const entries = await readdir(folder, { withFileTypes: true })
  for (const { name } of entries.filter((entry) => entry.isDirectory() && !entry.name.startsWith('.'))) {
    const files = await readdir(join(folder, name), { withFileTypes: true })
    for (const file of files.filter((entry) => entry.isFile() && !NOT_PHOTOS.test(entry.name)))
      collected.byLabel(join(name, file.name), name)
  }
}

/**
 * Reads a mapping file: a CSV of two columns, the word in the labels and the class that it means.
 *
 * @throws Failure where it cannot be read
 */
export async function readMapping(path: string): Promise<Map<string, string>> {
  const text = await readFile(path, 'utf8').catch(() => {
    throw new Failure(EXIT.notFound, `There is no file ${path}.`)
  })
  const { data } = Papa.parse<string[]>(text, { skipEmptyLines: 'greedy' })
  return new Map(data.flatMap(([from, to]) => (from && to ? [[from, to] as const] : [])))
}
