import type { ResultRow } from '@/lib/shared/results/columns'
import type { SyncFile } from './sync-file'

/** Written bytes reach the disk at the latest after this long. A closed tab loses none; a power cut may. */
const FLUSH_MS = 1000

const encoder = new TextEncoder()

/**
 * The results of a batch in a file that only grows: one line of JSON per photo, in the order in which they were
 * classified. A later line of a photo that was tried again replaces the earlier one.
 */
export class RowLog {
  private end = 0
  private timer: ReturnType<typeof setTimeout> | undefined

  constructor(private readonly file: SyncFile) {}

  /** Reads the results, and cuts off a line that was being written when the tab was closed. */
  open(): ResultRow[] {
    const bytes = new Uint8Array(this.file.getSize())
    this.file.read(bytes, { at: 0 })
    this.end = bytes.lastIndexOf('\n'.charCodeAt(0)) + 1
    if (this.end < bytes.length) this.file.truncate(this.end)
    return rowsOf(new TextDecoder().decode(bytes.subarray(0, this.end)))
  }

  /** @throws DOMException `QuotaExceededError` if there is no room; the file is then as before */
  append(row: ResultRow): void {
    const bytes = encoder.encode(`${JSON.stringify(row)}\n`)
    try {
      const written = this.file.write(bytes, { at: this.end })
      if (written < bytes.length) throw new DOMException('the disk is full', 'QuotaExceededError')
    } catch (error) {
      this.file.truncate(this.end)
      throw error
    }
    this.end += bytes.length
    this.timer ??= setTimeout(() => this.flush(), FLUSH_MS)
  }

  close(): void {
    this.flush()
    this.file.close()
  }

  private flush(): void {
    clearTimeout(this.timer)
    this.timer = undefined
    this.file.flush()
  }
}

/** One row per photo, the last of each. After a power cut, a line may be damaged: its photo runs again. */
function rowsOf(text: string): ResultRow[] {
  const rows = new Map<string, ResultRow>()
  for (const line of text.split('\n')) {
    const row = parse(line)
    if (row) rows.set(row.file, row)
  }
  return [...rows.values()]
}

function parse(line: string): ResultRow | null {
  try {
    const row = JSON.parse(line) as ResultRow
    return typeof row.file === 'string' ? row : null
  } catch {
    return null
  }
}
