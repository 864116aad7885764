/** Which photos of a job are run next: in their order, and those that could not be had behind all others. */
export class ToDo {
  private readonly taken = new Set<number>()
  private readonly behind = new Set<number>()
  private cursor = 0

  /** How many are running. */
  get running(): number {
    return this.taken.size
  }

  /** The next one that nobody runs, or null. */
  take(total: number, isDone: (index: number) => boolean): number | null {
    for (; this.cursor < total; this.cursor++) {
      const index = this.cursor
      if (this.taken.has(index) || this.behind.has(index) || isDone(index)) continue
      this.cursor++
      this.taken.add(index)
      return index
    }
    for (const index of this.behind) {
      this.behind.delete(index)
      if (isDone(index)) continue
      this.taken.add(index)
      return index
    }
    return null
  }

  release(index: number): void {
    this.taken.delete(index)
  }

  goBackTo(index: number): void {
    this.cursor = Math.min(this.cursor, index)
  }

  putBehind(index: number): void {
    this.behind.add(index)
  }
}
