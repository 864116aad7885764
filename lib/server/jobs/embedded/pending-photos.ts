/** Chooses which photo of a job runs next: in order, with deferred photos after all others. */
export class PendingPhotos {
  private readonly inFlight = new Set<number>()
  private readonly deferred = new Set<number>()
  private cursor = 0

  /** How many photos are in flight. */
  get running(): number {
    return this.inFlight.size
  }

  /** The next photo to run, or null. */
  take(total: number, isDone: (index: number) => boolean): number | null {
    for (; this.cursor < total; this.cursor++) {
      const index = this.cursor
      if (this.inFlight.has(index) || this.deferred.has(index) || isDone(index)) continue
      this.cursor++
      this.inFlight.add(index)
      return index
    }
    for (const index of this.deferred) {
      this.deferred.delete(index)
      if (isDone(index)) continue
      this.inFlight.add(index)
      return index
    }
    return null
  }

  release(index: number): void {
    this.inFlight.delete(index)
  }

  rewindTo(index: number): void {
    this.cursor = Math.min(this.cursor, index)
  }

  defer(index: number): void {
    this.deferred.add(index)
  }
}
