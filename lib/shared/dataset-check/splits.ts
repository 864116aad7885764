/** Names of the parts that a data set is divided into. */
const SPLITS = new Map([
  ['train', 'train'],
  ['training', 'train'],
  ['val', 'val'],
  ['valid', 'val'],
  ['validation', 'val'],
  ['dev', 'val'],
  ['test', 'test'],
  ['testing', 'test'],
])

/** The part that a word names: `train`, `val`, or `test`; null for any other word. */
export function splitNamed(word: string): string | null {
  return SPLITS.get(word.trim().toLowerCase()) ?? null
}

/** The part that a photo belongs to by its folders, as in `train/cat/1.jpg`; null if none is named so. */
export function splitOf(file: string): string | null {
  for (const folder of file.split('/').slice(0, -1)) {
    const split = splitNamed(folder)
    if (split !== null) return split
  }
  return null
}

/** The label of a photo by its folder, as in `train/cat/1.jpg`; null if it lies in none, or only in that of a split. */
export function folderLabel(file: string): string | null {
  const folder = file.split('/').at(-2)
  return folder === undefined || splitNamed(folder) !== null ? null : folder
}
