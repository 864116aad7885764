import { decodeLabels } from '@/lib/shared/labels-file/decode'
import { matchLabels, type Picks } from '@/lib/shared/labels-file/match-labels'
import { parseLabels } from '@/lib/shared/labels-file/parse'
import type { LabelsTable } from '@/lib/shared/labels-file/table'

/** Labels that came with the photos. */
export interface Labels {
  name: string
  text: string
  table: LabelsTable
  /** Columns that the visitor chose. */
  picks: Picks
}

/** A file that may hold labels. */
export interface LabelsCandidate {
  path: string
  blob: Blob
  /** Whether the visitor chose this very file, rather than a folder or an archive with it. */
  meant: boolean
}

/** The labels of a text; null where it holds none. */
export async function labelsOf(name: string, text: string, picks: Picks = {}): Promise<Labels | null> {
  try {
    return { name, text, table: await parseLabels(text), picks }
  } catch {
    return null
  }
}

async function read({ path, blob }: LabelsCandidate): Promise<Labels | null> {
  try {
    return await labelsOf(path, decodeLabels(new Uint8Array(await blob.arrayBuffer())).text)
  } catch {
    return null
  }
}

/** The candidate that names most photos, and those that are not it. One that was chosen by itself may name none yet. */
export async function bestLabels(
  candidates: readonly LabelsCandidate[],
  photos: readonly string[],
): Promise<{ labels: Labels | null; others: { path: string; reason: 'no_photo' | 'no_labels' }[] }> {
  const all = await Promise.all(candidates.map(async (one) => ({ one, labels: await read(one) })))
  const rated = all.map(({ one, labels }) => ({ one, labels, named: labels ? named(labels, photos) : -1 }))
  const best = rated
    .filter(({ one, named }) => named > 0 || (one.meant && named === 0))
    .sort((a, b) => b.named - a.named)[0]
  const others = rated
    .filter((each) => each !== best)
    .map(({ one, labels }) => ({
      path: one.path,
      reason: labels || !one.meant ? ('no_photo' as const) : ('no_labels' as const),
    }))
  return { labels: best?.labels ?? null, others }
}

/** How many photos have a label in it; -1 where it has no two columns. */
function named({ table }: Labels, photos: readonly string[]): number {
  try {
    return matchLabels(table, photos, []).labels.size
  } catch {
    return -1
  }
}
