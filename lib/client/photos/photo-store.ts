import { Notifier } from '../batch/notifier'
import type { Phase, Photo } from './photo'
import type { PhotoRequest } from './request-queue'

export interface Snapshot {
  /** Whether photos from before a reload are still being restored. */
  restoring: boolean
  photos: readonly Photo[]
  selected: number | null
  model: string
  /** Whether large photos are resized before the upload. */
  reduce: boolean
  /** Whether photos are classified in this browser. */
  here: boolean
  /** The photos of the last removal, which can be undone. */
  removed: readonly Photo[]
}

/**
 * The state of a session. Changes of the selected photo are reported at once, those of others together a few times per
 * second: with many photos, the page would otherwise do nothing but render.
 */
export class PhotoStore {
  private readonly notifier = new Notifier(() => {})

  readonly subscribe = this.notifier.subscribe

  constructor(private current: Snapshot) {}

  get state(): Snapshot {
    return this.current
  }

  photo(id: number): Photo | undefined {
    return this.state.photos.find((photo) => photo.id === id)
  }

  setPhase({ id, model }: PhotoRequest, phase: Phase | null): void {
    const photo = this.photo(id)
    if (photo) this.setPhoto(id, { phases: withPhase(photo, model, phase) })
  }

  setPhases(requests: readonly PhotoRequest[], phase: Phase | null): void {
    if (requests.length === 0) return
    const changed = new Map(this.state.photos.map((photo) => [photo.id, photo]))
    for (const { id, model } of requests) {
      const photo = changed.get(id)
      if (photo) changed.set(id, { ...photo, phases: withPhase(photo, model, phase) })
    }
    this.change({ photos: [...changed.values()] })
  }

  setPhoto(id: number, part: Partial<Photo>): void {
    const photos = this.state.photos.map((photo) => (photo.id === id ? { ...photo, ...part } : photo))
    this.change({ photos }, id === this.state.selected)
  }

  change(part: Partial<Snapshot>, immediately = true): void {
    this.current = { ...this.current, ...part }
    this.notifier.notify(immediately)
  }

  dispose(): void {
    this.notifier.dispose()
  }
}

/** The photo's phases with another one for the model, or none. */
function withPhase({ phases }: Photo, model: string, phase: Phase | null): Photo['phases'] {
  const { [model]: _, ...others } = phases
  return phase ? { ...others, [model]: phase } : others
}
