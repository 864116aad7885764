import { useMemo, useRef } from 'react'
import { type Guesses, type Guessing, guessesOf } from '@/lib/client/labeling/guesses'
import type { Embedded, TrainingLabel } from '@/lib/client/training/types'

/** The guesses for the photo that is shown. The model learns meanwhile, but each label keeps its key. */
export function usePhotoGuesses(
  photo: number,
  { head, guesser }: Guessing,
  embedded: Embedded | null,
  labels: readonly TrainingLabel[],
): Guesses {
  const last = useRef<{ photo: number; order: readonly string[] }>({ photo, order: [] })
  return useMemo(() => {
    const order = last.current.photo === photo ? last.current.order : []
    const guesses = guessesOf({ head, guesser }, embedded, labels, order)
    last.current = { photo, order: guesses.list.map(({ label }) => label) }
    return guesses
  }, [photo, head, guesser, embedded, labels])
}
