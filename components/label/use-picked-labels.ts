import { useState } from 'react'

interface PickedLabels {
  list: readonly string[]
  toggle(label: string): void
  clear(): void
}

/** The labels that were selected for a photo that may have several, until they are complete. */
export function usePickedLabels(photo: number): PickedLabels {
  const [picked, setPicked] = useState<{ photo: number; list: readonly string[] }>({ photo, list: [] })
  const list = picked.photo === photo ? picked.list : []
  return {
    list,
    toggle(label) {
      const others = list.filter((name) => name !== label)
      setPicked({ photo, list: others.length < list.length ? others : [...list, label] })
    },
    clear: () => setPicked({ photo, list: [] }),
  }
}
