import { closeSync, ftruncateSync, mkdtempSync, openSync, readSync, rmSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** Lines in memory for a reader that is a little behind. */
const MOST_IN_MEMORY = 1_000_000
const CHUNK = 1 << 16

/**
 * Lines on their way to a reader who may not read before he has sent everything, as most clients do. What he leaves lying beyond a megabyte goes into a file
 * without a name, so that neither the work stops nor the memory grows.
 */
export class Spool {
  private memory: Buffer[] = []
  private inMemory = 0
  private fd: number | null = null
  private from = 0
  private to = 0
  private ended = false
  private wake = () => {}

  /** @param cancelled told when the reader goes away */
  constructor(private readonly cancelled: () => void) {}

  write(line: string): void {
    const bytes = Buffer.from(line)
    // In order: as long as something lies in the file, what follows goes there too.
    if (this.to > this.from || this.inMemory + bytes.length > MOST_IN_MEMORY) this.toFile(bytes)
    else {
      this.memory.push(bytes)
      this.inMemory += bytes.length
    }
    this.wake()
  }

  end(): void {
    this.ended = true
    this.wake()
  }

  stream(): ReadableStream<Uint8Array> {
    return new ReadableStream<Uint8Array>(
      {
        pull: async (controller) => {
          for (;;) {
            const chunk = this.next()
            if (chunk) return controller.enqueue(chunk)
            if (this.ended) {
              this.dispose()
              return controller.close()
            }
            await new Promise<void>((resolve) => {
              this.wake = resolve
            })
          }
        },
        cancel: () => {
          this.ended = true
          this.dispose()
          this.cancelled()
        },
      },
      { highWaterMark: 0 },
    )
  }

  /** What was written first, in memory and then in the file. */
  private next(): Uint8Array | null {
    if (this.memory.length > 0) {
      const chunk = Buffer.concat(this.memory)
      this.memory = []
      this.inMemory = 0
      return chunk
    }
    if (this.fd === null || this.from === this.to) return null
    const chunk = Buffer.alloc(Math.min(CHUNK, this.to - this.from))
    const length = readSync(this.fd, chunk, 0, chunk.length, this.from)
    this.from += length
    if (this.from === this.to) {
      this.from = this.to = 0
      ftruncateSync(this.fd, 0)
    }
    return chunk.subarray(0, length)
  }

  private toFile(bytes: Buffer): void {
    this.fd ??= openNameless()
    for (let written = 0; written < bytes.length; ) {
      written += writeSync(this.fd, bytes, written, bytes.length - written, this.to + written)
    }
    this.to += bytes.length
  }

  private dispose(): void {
    if (this.fd !== null) closeSync(this.fd)
    this.fd = null
    this.memory = []
  }
}

/** A file that is gone when it is closed, whatever happens to this process. */
function openNameless(): number {
  const folder = mkdtempSync(join(tmpdir(), 'vision-'))
  try {
    return openSync(join(folder, 'lines'), 'w+')
  } finally {
    rmSync(folder, { recursive: true })
  }
}
