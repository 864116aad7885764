import type { PhotoCheck } from '@/lib/shared/contract/check'
import type { BatchItem } from '../batch/items'
import { labelCounts } from '../batch/summary'

/** What the colors of a map mean. */
export type ColorBy = 'label' | 'uncertain' | 'label_issue' | 'copies'

/** Photos of one color. */
export interface MapGroup {
  /** A label, or a word that the page translates. */
  key: string
  kind: 'label' | 'other' | 'yes' | 'no'
  /** Number of the color, from 0; null for gray. */
  color: number | null
  photos: number
}

export interface MapGroups {
  /** In the order of the legend. */
  list: readonly MapGroup[]
  /** Which of them each point belongs to. */
  of: Uint8Array
}

/** Labels with a color of their own. */
const COLORS = 10

/**
 * Groups the photos of a map by color.
 *
 * @param items the photo of each point
 * @param found what a check found, by path
 */
export function groupPhotos(
  items: readonly BatchItem[],
  by: ColorBy,
  found: ReadonlyMap<string, PhotoCheck>,
): MapGroups {
  if (by === 'label') return byLabel(items)
  const stands = {
    uncertain: ({ row }: BatchItem) => row?.uncertain === true,
    label_issue: ({ path }: BatchItem) => typeof found.get(path)?.label_issue === 'number',
    copies: ({ path }: BatchItem) => typeof found.get(path)?.copy_group === 'number',
  }[by]
  const of = Uint8Array.from(items, (item) => (stands(item) ? 0 : 1))
  return counted(of, [
    { key: by, kind: 'yes', color: 1 },
    { key: by, kind: 'no', color: null },
  ])
}

function byLabel(items: readonly BatchItem[]): MapGroups {
  const labels = labelCounts(items)
  const group = new Map(labels.slice(0, COLORS).map(([label], at) => [label, at]))
  const of = Uint8Array.from(items, ({ row }) => group.get(row?.label ?? '') ?? group.size)
  const list = [...group.keys()].map((key, color) => ({ key, kind: 'label', color }) as const)
  return counted(of, [...list, { key: 'other', kind: 'other', color: null }])
}

function counted(of: Uint8Array, groups: readonly Omit<MapGroup, 'photos'>[]): MapGroups {
  const photos = groups.map(() => 0)
  for (const group of of) photos[group] = (photos[group] ?? 0) + 1
  return { list: groups.map((group, at) => ({ ...group, photos: photos[at] ?? 0 })), of }
}
