import { describe, expect, test } from 'vitest'
import { type Change, withChanges } from './draft-journal'
import type { StoredDraft, StoredPhoto } from './stored-draft'

const draft = (...names: string[]): StoredDraft => ({
  base: 'base',
  labels: names.map((name, id) => ({ id, name })),
  saved: null,
  changed: true,
})

const photo = (id: number, label: number | null = null): StoredPhoto => ({
  id,
  label,
  name: `${id}.jpg`,
  confirmed: false,
  skipped: false,
  file: new Blob([`${id}`]),
  embedded: null,
})

const labeled = (id: number, label: number | null, skipped = false): Change => ({
  kind: 'photo',
  id,
  label,
  confirmed: false,
  skipped,
})

const labelsOf = (photos: readonly StoredPhoto[]) => photos.map(({ id, label, skipped }) => [id, label, skipped])

describe('changes that were not written', () => {
  const kept = { draft: draft('cat'), unsorted: [], photos: [photo(1), photo(2), photo(3)] }

  test('labels, new labels and removals are made up for, and files stay', () => {
    const changes: Change[] = [
      { kind: 'draft', draft: draft('cat', 'dog') },
      labeled(1, 1),
      labeled(2, null, true),
      { kind: 'removed', id: 3 },
    ]
    const { draft: now, photos } = withChanges(kept, changes)
    expect(now?.labels.map(({ name }) => name)).toEqual(['cat', 'dog'])
    expect(labelsOf(photos)).toEqual([
      [1, 1, false],
      [2, null, true],
    ])
    expect(photos[0]?.file).toBe(kept.photos[0]?.file)
  })

  test('photos that were never written are left out', () => {
    expect(labelsOf(withChanges(kept, [labeled(4, 0)]).photos)).toEqual(labelsOf(kept.photos))
  })

  test('after a new start, nothing from before comes back', () => {
    const { draft: now, photos } = withChanges(kept, [{ kind: 'cleared' }, { kind: 'draft', draft: draft('bird') }])
    expect(now?.labels.map(({ name }) => name)).toEqual(['bird'])
    expect(photos).toEqual([])
  })
})
