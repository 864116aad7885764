import { exampleLabels } from '@/lib/client/training/example-labels'
import type { TrainingSession } from '@/lib/client/training/session'
import type { Embedded } from '@/lib/client/training/types'

/** What a model of this page learns from: each photo once for each of its labels. */
export function examplesOfSession(session: TrainingSession): { label: string; embedded: Embedded }[] {
  const labelOf = exampleLabels(session.snapshot())
  return session.snapshot().photos.flatMap((photo) => {
    const [label, embedded] = [labelOf(photo), session.embeddingOf(photo.id)]
    return label !== null && embedded ? [{ label, embedded }] : []
  })
}
