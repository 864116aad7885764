import Papa from 'papaparse'
import { matchLabelSets, matchLabels, type Picks } from '../labels-file/match-labels'
import { areLabelSets } from '../labels-file/several-labels'
import type { LabelsTable } from '../labels-file/table'
import { folderLabel, splitNamed, splitOf } from './splits'

/** What a data set says about its photos, by file name. */
export interface KnownLabels {
  labels: ReadonlyMap<string, string>
  /** `train`, `val`, `test`, or another word from a column named so. */
  splits: ReadonlyMap<string, string>
  /** If photos may have several labels, all of each: then there are no `labels`. */
  several: ReadonlyMap<string, readonly string[]> | null
}

/** Names of columns with the part of the data set. */
const SPLIT_COLUMNS = ['split', 'set', 'subset', 'partition', 'fold']

/** Labels and splits by the folders that photos lie in, as in `train/cat/1.jpg`. */
export function labelsOfFolders(photos: readonly string[]): KnownLabels {
  const found = (of: (file: string) => string | null) =>
    new Map(
      photos.flatMap((file) => {
        const word = of(file)
        return word === null ? [] : [[file, word] as const]
      }),
    )
  return { labels: found(folderLabel), splits: found(splitOf), several: null }
}

/**
 * Labels and splits from a labels file. Without a column of splits, those of the folders count.
 *
 * @throws LabelsError if the file has no column of photos or of labels
 */
export function labelsOfTable(table: LabelsTable, photos: readonly string[], picks: Picks = {}): KnownLabels {
  const { labels: single, columns, file } = matchLabels(table, photos, [], picks)
  const sets = matchLabelSets(table, { photos, classes: [], picks }).labels
  const several = areLabelSets(sets.values()) ? sets : null
  const labels = several ? new Map<string, string>() : single
  const split = columns.find((name) => SPLIT_COLUMNS.includes(name.trim().toLowerCase()))
  if (split === undefined) return { labels, splits: labelsOfFolders(photos).splits, several }
  const cells = matchLabels(table, photos, [], { file: String(file + 1), label: split }).labels
  return { labels, splits: new Map([...cells].map(([photo, word]) => [photo, splitNamed(word) ?? word])), several }
}

/** Labels and splits as a labels file, which any check reads in the same way. */
export function labelsCsv({ labels, splits, several }: KnownLabels): string {
  const cells = several ? [...several].map(([file, own]) => [file, own.join(';')]) : [...labels]
  const names = ['file', several ? 'labels' : 'label']
  if (splits.size === 0) return Papa.unparse([names, ...cells])
  return Papa.unparse([[...names, 'split'], ...cells.map(([file = '', own]) => [file, own, splits.get(file) ?? ''])])
}

/** The labels of a photo, of several sorted; null if nothing is known of it. */
export function labelsOf({ labels, several }: KnownLabels, file: string): readonly string[] | null {
  if (several) return several.get(file)?.toSorted() ?? null
  const label = labels.get(file)
  return label === undefined ? null : [label]
}
