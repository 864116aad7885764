/** What is under way and is waited for before a server lets go of its store. */
export class InFlight {
  private count = 0
  private ended = () => {}

  async run<T>(act: () => Promise<T>): Promise<T> {
    this.count++
    try {
      return await act()
    } finally {
      this.end()
    }
  }

  /** Counts from its first value to its last, or to where its reader leaves. */
  async *read<T>(values: AsyncIterable<T> | Iterable<T>): AsyncGenerator<T> {
    this.count++
    try {
      yield* values
    } finally {
      this.end()
    }
  }

  /** Resolves when there is nothing. */
  async drained(): Promise<void> {
    while (this.count > 0) {
      await new Promise<void>((resolve) => {
        this.ended = resolve
      })
    }
  }

  private end(): void {
    this.count--
    this.ended()
  }
}
