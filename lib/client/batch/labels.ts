import { decodeLabels, LabelsError, type LabelsErrorReason } from '@/lib/shared/labels-file/decode'
import type { Picks } from '@/lib/shared/labels-file/match-labels'
import { parseLabels } from '@/lib/shared/labels-file/parse'
import type { LabelsTable } from '@/lib/shared/labels-file/table'

/** What the visitor decided about the labels. */
export interface LabelChoices {
  /** Columns. */
  picks?: Picks
  /** The model's label that a word of the file means, by word. */
  meanings?: Readonly<Record<string, string>>
  /** Results with a lower score are uncertain; null for the model's own limits. */
  uncertainBelow?: number | null
}

/** The labels of a batch, from a file or from the names of folders. */
export interface LabelsFile {
  name: string
  /** Whether the photos' folders are the labels, and there is no file. */
  folders: boolean
  text: string
  table: LabelsTable
  choices: LabelChoices
}

/** A file chosen as labels that isn't one. */
export interface UnreadableLabels {
  name: string
  reason: LabelsErrorReason
}

/** A file that may hold labels. */
export interface LabelsCandidate {
  path: string
  blob: Blob
  /** Whether the visitor selected this file itself, not a folder or archive that contains it. */
  explicit: boolean
}

/** The labels as they are saved with a batch. */
export type SavedLabels = Pick<LabelsFile, 'name' | 'text'> & Partial<Pick<LabelsFile, 'folders' | 'choices'>>

/** Restores saved labels; null if the text holds none. */
export async function restoreLabels(saved: SavedLabels): Promise<LabelsFile | null> {
  try {
    return { folders: false, choices: {}, ...saved, table: await parseLabels(saved.text) }
  } catch {
    return null
  }
}

/** Takes the name of each photo's folder as its label, as `vision eval` does. */
export async function folderLabels(photos: readonly string[]): Promise<LabelsFile | null> {
  const rows = photos.flatMap((path) => {
    const folder = parentFolder(path)
    return folder === null ? [] : [[path, folder]]
  })
  return restoreLabels({
    name: '',
    folders: true,
    text: JSON.stringify(rows.map(([file, label]) => ({ file, label }))),
  })
}

/** The name of the folder that a photo is in. */
export function parentFolder(path: string): string | null {
  return path.split('/').at(-2) ?? null
}

async function readCandidate({ path, blob }: LabelsCandidate): Promise<LabelsFile | LabelsErrorReason> {
  try {
    const { text } = decodeLabels(new Uint8Array(await blob.arrayBuffer()))
    return { name: path, folders: false, text, table: await parseLabels(text), choices: {} }
  } catch (error) {
    return error instanceof LabelsError ? error.reason : 'binary'
  }
}

/** What was found among the candidates. */
interface ChosenLabels {
  labels: LabelsFile | null
  /** The file that the visitor selected, if it is the only one and can't be read. */
  unreadable: UnreadableLabels | null
  others: { path: string; reason: 'no_photo' | 'no_labels' }[]
}

/**
 * Chooses the candidate that labels the most photos, and returns the rest with reasons. A file that the visitor
 * selected explicitly may match no photo: its columns are shown, to choose others.
 */
export async function chooseLabels(
  candidates: readonly LabelsCandidate[],
  photos: readonly string[],
): Promise<ChosenLabels> {
  const read = await Promise.all(
    candidates.map(async (candidate) => ({ candidate, labels: await readCandidate(candidate) })),
  )
  const ranked = await Promise.all(
    read.flatMap(({ candidate, labels }) => (typeof labels === 'string' ? [] : rankedFile(candidate, labels, photos))),
  )
  const [best] = ranked
    .filter(({ candidate, matches }) => matches > 0 || candidate.explicit)
    .sort((a, b) => b.matches - a.matches)
  const failed = read.find(({ candidate, labels }) => candidate.explicit && typeof labels === 'string')
  const unreadable =
    !best && failed && typeof failed.labels === 'string' ? { name: failed.candidate.path, reason: failed.labels } : null
  const others = read
    .filter(({ candidate }) => candidate !== best?.candidate && candidate.path !== unreadable?.name)
    .map(({ candidate, labels }) => ({
      path: candidate.path,
      reason: typeof labels === 'string' && candidate.explicit ? ('no_labels' as const) : ('no_photo' as const),
    }))
  return { labels: best?.labels ?? null, unreadable, others }
}

async function rankedFile(candidate: LabelsCandidate, labels: LabelsFile, photos: readonly string[]) {
  // Loaded on demand: most batches have no labels.
  const { countMatches } = await import('./count-matches')
  return { candidate, labels, matches: countMatches(labels.table, photos) }
}
