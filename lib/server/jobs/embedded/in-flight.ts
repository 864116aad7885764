/** Counts operations in flight, which must end before a server lets go of its storage. */
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

  /** In flight from the first value to the last, or until the reader stops. */
  async *read<T>(values: AsyncIterable<T> | Iterable<T>): AsyncGenerator<T> {
    this.count++
    try {
      yield* values
    } finally {
      this.end()
    }
  }

  /** Resolves when nothing is in flight. */
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
