import { decodeLabels } from '@/lib/shared/labels-file/decode'
import { matchLabels, type Picks } from '@/lib/shared/labels-file/match-labels'
import { parseLabels } from '@/lib/shared/labels-file/parse'
import type { LabelsTable } from '@/lib/shared/labels-file/table'

/** A labels file that was added to the batch. */
export interface LabelsFile {
  name: string
  text: string
  table: LabelsTable
  /** Columns chosen by the visitor. */
  picks: Picks
}

/** A file that may hold labels. */
export interface LabelsCandidate {
  path: string
  blob: Blob
  /** Whether the visitor selected this file itself, not a folder or archive that contains it. */
  explicit: boolean
}

/** Parses labels; null if the text holds none. */
export async function parseLabelsFile(name: string, text: string, picks: Picks = {}): Promise<LabelsFile | null> {
  try {
    return { name, text, table: await parseLabels(text), picks }
  } catch {
    return null
  }
}

async function readCandidate({ path, blob }: LabelsCandidate): Promise<LabelsFile | null> {
  try {
    return await parseLabelsFile(path, decodeLabels(new Uint8Array(await blob.arrayBuffer())).text)
  } catch {
    return null
  }
}

/**
 * Chooses the candidate that labels the most photos, and returns the rest with reasons. A file that the visitor
 * selected explicitly may match no photo yet.
 */
export async function chooseLabels(
  candidates: readonly LabelsCandidate[],
  photos: readonly string[],
): Promise<{ labels: LabelsFile | null; others: { path: string; reason: 'no_photo' | 'no_labels' }[] }> {
  const read = await Promise.all(
    candidates.map(async (candidate) => ({ candidate, labels: await readCandidate(candidate) })),
  )
  const ranked = read.map((each) => ({ ...each, matches: each.labels ? countMatches(each.labels, photos) : -1 }))
  const best = ranked
    .filter(({ candidate, matches }) => matches > 0 || (candidate.explicit && matches === 0))
    .sort((a, b) => b.matches - a.matches)[0]
  const others = ranked
    .filter((each) => each !== best)
    .map(({ candidate, labels }) => ({
      path: candidate.path,
      reason: labels || !candidate.explicit ? ('no_photo' as const) : ('no_labels' as const),
    }))
  return { labels: best?.labels ?? null, others }
}

/** The number of photos that the file labels; -1 if it doesn't have two columns. */
function countMatches({ table }: LabelsFile, photos: readonly string[]): number {
  try {
    return matchLabels(table, photos, []).labels.size
  } catch {
    return -1
  }
}
