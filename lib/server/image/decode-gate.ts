type Result<T> = { value: T } | { error: Error }

/** Lets decodes of this process run side by side, or one of them alone. */
export class DecodeGate {
  private running = 0
  private starts = 0
  /** Settles when the last of those that run alone has ended. */
  private alone: Promise<void> = Promise.resolve()
  private onIdle = () => {}

  /** Runs beside others. @returns `overlapped` if another one ran in the meantime */
  async shared<T>(run: () => Promise<T>): Promise<{ result: Result<T>; overlapped: boolean }> {
    for (let last: Promise<void> | null = null; last !== this.alone; ) {
      last = this.alone
      await last
    }
    const start = ++this.starts
    const hadCompany = this.running > 0
    this.running++
    const result = await settled(run)
    this.running--
    if (this.running === 0) this.onIdle()
    return { result, overlapped: hadCompany || this.starts !== start }
  }

  /** Waits for those that are running, and lets no other one start until it has ended. */
  async exclusive<T>(run: () => Promise<T>): Promise<Result<T>> {
    const before = this.alone
    let end = () => {}
    this.alone = new Promise((resolve) => {
      end = resolve
    })
    try {
      await before
      if (this.running > 0)
        await new Promise<void>((resolve) => {
          this.onIdle = resolve
        })
      return await settled(run)
    } finally {
      end()
    }
  }
}

async function settled<T>(run: () => Promise<T>): Promise<Result<T>> {
  try {
    return { value: await run() }
  } catch (error) {
    return { error: error as Error }
  }
}
