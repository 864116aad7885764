import { LabelsError } from '@/lib/shared/labels-file/decode'
import { matchLabelSets, matchLabels } from '@/lib/shared/labels-file/match-labels'
import { areLabelSets } from '@/lib/shared/labels-file/several-labels'
import { MAX_LABEL_LENGTH } from '@/lib/shared/training/label-names'
import { collect } from '../batch/collect'
import { commonFolder } from '../batch/common-folder'
import { type LabelsFile, parentFolder } from '../batch/labels'
import type { PhotoSource } from '../batch/source'

/** Photos with the names of their labels. */
export interface SortedFiles {
  labeled: { label: string; files: File[] }[]
  /** Photos with all of their labels, which may be none; empty unless photos may have several. */
  several: { labels: string[]; file: File }[]
  /** Photos that nothing says the label of. */
  unsorted: File[]
  /** Files that aren't photos. */
  notPhotos: number
}

/**
 * Finds out which labels dropped or chosen files have: from a labels file among them, or from the names of the folders
 * that they are in. ZIPs are unpacked.
 *
 * @param multiLabel whether a photo may have several labels; a labels file in which they have them says so, too
 */
export async function sortFiles(files: readonly File[], multiLabel: boolean): Promise<SortedFiles> {
  const { sources, leftOut, labels } = await collect(files)
  const sets = labels && labelSets(labels, sources, multiLabel)
  if (sets) return sortSets(sources, sets, leftOut.length)
  const labelOf = labels ? fromLabelsFile(labels, sources) : folderLabels(sources)
  const sorted = new Map<string, File[]>()
  const unsorted: File[] = []
  let unreadable = 0
  for (const source of sources) {
    const file = await fileOf(source)
    const label = cut(labelOf(source.path) ?? '')
    if (file === null) unreadable++
    else if (label === '') unsorted.push(file)
    else sorted.set(label, [...(sorted.get(label) ?? []), file])
  }
  return {
    labeled: [...sorted].map(([label, list]) => ({ label, files: list })),
    several: [],
    unsorted,
    notPhotos: leftOut.length + unreadable,
  }
}

/** The name of the folder that a photo is in. Photos beside the folders of labels are in none. */
function folderLabels(sources: readonly PhotoSource[]): (path: string) => string | null {
  const folders = new Set(sources.map(({ path }) => path.slice(0, path.lastIndexOf('/') + 1)))
  const common = commonFolder(sources.map(({ path }) => path))
  return (path) => (folders.size > 1 && path.lastIndexOf('/') + 1 === common.length ? null : parentFolder(path))
}

/** All photos among files, for a label that the visitor chose. */
export async function photosAmong(files: readonly File[]): Promise<{ files: File[]; notPhotos: number }> {
  const { sources, leftOut } = await collect(files)
  const opened = await Promise.all(sources.map(fileOf))
  const photos = opened.filter((file) => file !== null)
  return { files: photos, notPhotos: leftOut.length + opened.length - photos.length }
}

function fromLabelsFile({ table }: LabelsFile, sources: readonly PhotoSource[]): (path: string) => string | null {
  try {
    const paths = sources.map(({ path }) => path)
    const matched = matchLabels(table, paths, [])
    return (path) => matched.labels.get(path) ?? null
  } catch (error) {
    if (error instanceof LabelsError) return parentFolder
    throw error
  }
}

type LabelSets = ReadonlyMap<string, readonly string[]>

/** The labels of each photo; null if photos have one each. */
function labelSets({ table }: LabelsFile, sources: readonly PhotoSource[], wanted: boolean): LabelSets | null {
  try {
    const { labels } = matchLabelSets(table, { photos: sources.map(({ path }) => path), classes: [] })
    return wanted || areLabelSets(labels.values()) ? labels : null
  } catch (error) {
    if (error instanceof LabelsError) return null
    throw error
  }
}

async function sortSets(sources: readonly PhotoSource[], sets: LabelSets, leftOut: number): Promise<SortedFiles> {
  const several: SortedFiles['several'] = []
  const unsorted: File[] = []
  let unreadable = 0
  for (const source of sources) {
    const file = await fileOf(source)
    const labels = sets.get(source.path)
    if (file === null) unreadable++
    else if (labels === undefined) unsorted.push(file)
    else several.push({ file, labels: labels.map(cut).filter((label) => label !== '') })
  }
  return { labeled: [], several, unsorted, notPhotos: leftOut + unreadable }
}

async function fileOf(source: PhotoSource): Promise<File | null> {
  try {
    const blob = await source.open()
    const name = source.path.slice(source.path.lastIndexOf('/') + 1)
    if (blob instanceof File) return blob
    // As that of a dropped folder.
    return Object.assign(new File([blob], name, { type: blob.type }), { relativePath: source.path })
  } catch {
    return null // A damaged archive, or a file that was deleted.
  }
}

/** A name that a label may have: file systems allow more. */
const cut = (label: string) =>
  [...label.replace(/[<>\p{C}\p{Zl}\p{Zp}]/gu, ' ').trim()].slice(0, MAX_LABEL_LENGTH).join('').trim()
