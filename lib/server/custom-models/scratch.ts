import { tmpdir } from 'node:os'
import { createProcessFolder, type ProcessFolder, removeAbandoned } from '../storage/process-folder'

const PREFIX = 'vision-training-'

/**
 * The folder of this process for what trainings need for a moment: ZIPs with photos, and embeddings. What a process
 * left that was killed is removed when the next one starts.
 */
export class Scratch {
  private opened: ProcessFolder | null = null

  constructor() {
    try {
      removeAbandoned(tmpdir(), PREFIX, Date.now())
    } catch {
      // The next start tries again.
    }
  }

  /** @throws NodeJS.ErrnoException if it can't be created */
  get path(): string {
    this.opened ??= createProcessFolder(tmpdir(), PREFIX)
    return this.opened.path
  }

  close(): void {
    this.opened?.close()
    this.opened = null
  }
}
