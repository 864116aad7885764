import { createReadStream } from 'node:fs'
import { appendFile, mkdir, open, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type Vote, voteSchema } from '@/lib/shared/contract/feedback'
import { type Ballot, ballotOf } from '@/lib/shared/metrics/votes'
import { storageProblem } from '../storage/storage-errors'
import { type FeedbackStore, photoName, type StoredPhoto } from './store'

const VOTES = /^votes-(\d{4}-\d{2})\.ndjson$/

/**
 * Stores votes in a folder: one file per month with a line per vote, `votes-2026-11.ndjson`, and photos in
 * `photos/2026-11/`. Lines are appended in one write and flushed to disk before the visitor is thanked. Truncated
 * lines from a crash are skipped.
 */
export class FolderFeedback implements FeedbackStore {
  /** Bytes of each file that the tally has read. */
  private readonly readOffsets = new Map<string, number>()

  constructor(
    private readonly folder: string,
    private readonly retentionMs: number,
  ) {}

  async add(vote: Vote, photo: StoredPhoto | null): Promise<void> {
    const month = monthOf(vote.time)
    try {
      await mkdir(photo ? join(this.folder, 'photos', month) : this.folder, { recursive: true })
      if (photo) await writeFile(join(this.folder, 'photos', month, photo.name), photo.bytes, { flush: true })
      const path = join(this.folder, `votes-${month}.ndjson`)
      const line = `${JSON.stringify(vote)}\n`
      await appendFile(path, (await endsWithNewline(path)) ? line : `\n${line}`, { flush: true })
    } catch (error) {
      throw storageProblem(error)
    }
  }

  async *votes(): AsyncGenerator<Vote> {
    for (const name of await this.files()) yield* this.lines(name, 0, () => {})
  }

  async photo({ id, time }: Pick<Vote, 'id' | 'time'>): Promise<Uint8Array | null> {
    return await readFile(join(this.folder, 'photos', monthOf(time), photoName(id))).catch((error) => {
      if (error.code === 'ENOENT') return null
      throw storageProblem(error)
    })
  }

  async *newVotes(): AsyncGenerator<Ballot> {
    for (const name of await this.files()) {
      const from = this.readOffsets.get(name) ?? 0
      const { size } = await stat(join(this.folder, name))
      if (size <= from) continue
      for await (const vote of this.lines(name, from, (bytes) => this.readOffsets.set(name, from + bytes)))
        yield ballotOf(vote)
    }
  }

  async prune(): Promise<void> {
    const oldest = monthOf(new Date(Date.now() - this.retentionMs).toISOString())
    for (const name of await this.files()) {
      if ((VOTES.exec(name)?.[1] ?? oldest) < oldest) await rm(join(this.folder, name), { force: true })
    }
    for (const month of await readdir(join(this.folder, 'photos')).catch(() => [])) {
      if (month < oldest) await rm(join(this.folder, 'photos', month), { recursive: true, force: true })
    }
  }

  private async files(): Promise<string[]> {
    return (await readdir(this.folder).catch(() => [])).filter((name) => VOTES.test(name)).sort()
  }

  /**
   * Reads the votes of a file from an offset. An incomplete last line is left for the next call.
   *
   * @param passed called with the number of bytes read
   */
  private async *lines(name: string, start: number, onRead: (bytes: number) => void): AsyncGenerator<Vote> {
    let [rest, bytes] = [Buffer.alloc(0), 0]
    for await (const chunk of createReadStream(join(this.folder, name), { start })) {
      const text = Buffer.concat([rest, chunk as Buffer])
      const end = text.lastIndexOf(0x0a) + 1
      rest = text.subarray(end)
      for (const line of text.subarray(0, end).toString().split('\n')) {
        const vote = parseVote(line)
        if (vote) yield vote
      }
      bytes += end
      onRead(bytes)
    }
  }
}

function monthOf(time: string): string {
  return time.slice(0, 7)
}

function parseVote(line: string): Vote | null {
  try {
    return voteSchema.parse(JSON.parse(line))
  } catch {
    return null // Truncated by a crash, and never acknowledged.
  }
}

/** Whether the file ends with a complete line: a crash may have left half of one. */
async function endsWithNewline(path: string): Promise<boolean> {
  const file = await open(path).catch(() => null)
  if (!file) return true
  try {
    const { size } = await file.stat()
    if (size === 0) return true
    const { buffer } = await file.read(Buffer.alloc(1), 0, 1, size - 1)
    return buffer[0] === 0x0a
  } finally {
    await file.close()
  }
}
