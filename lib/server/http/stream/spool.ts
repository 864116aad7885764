import { closeSync, ftruncateSync, mkdtempSync, openSync, readSync, rmSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** Bytes of lines kept in memory for a reader that is slightly behind. */
const MAX_IN_MEMORY = 1_000_000
const CHUNK = 1 << 16

/**
 * Buffers lines for a client that may not read before it has sent everything, as most clients do. Beyond a megabyte,
 * unread lines go to an unlinked temporary file, so that neither the work stops nor memory grows.
 */
export class Spool {
  private memory: Buffer[] = []
  private inMemory = 0
  private fd: number | null = null
  private from = 0
  private to = 0
  private ended = false
  private wake = () => {}

  /** @param cancelled called when the reader disconnects */
  constructor(private readonly cancelled: () => void) {}

  write(line: string): void {
    const bytes = Buffer.from(line)
    // To keep the order, lines go to the file as long as it has unread lines.
    if (this.to > this.from || this.inMemory + bytes.length > MAX_IN_MEMORY) this.writeToFile(bytes)
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

  /** The oldest unread chunk: memory comes before the file. */
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

  private writeToFile(bytes: Buffer): void {
    this.fd ??= openUnlinkedFile()
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

/** An unlinked file, which the system deletes when it is closed, even if the process crashes. */
function openUnlinkedFile(): number {
  const folder = mkdtempSync(join(tmpdir(), 'vision-'))
  try {
    return openSync(join(folder, 'lines'), 'w+')
  } finally {
    rmSync(folder, { recursive: true })
  }
}
