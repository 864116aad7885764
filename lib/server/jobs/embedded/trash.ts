import { mkdirSync, renameSync } from 'node:fs'
import { opendir, rmdir, unlink } from 'node:fs/promises'
import { basename, join } from 'node:path'

/**
 * What is to be removed and may be large: it is out of the way by one rename, and removed file by file while others are served. What a stop or a kill leaves
 * of it goes at the next start.
 */
export class Trash {
  private stopped = false
  private emptying: Promise<void> | null = null
  private count = 0
  /** What could not be moved here yet. */
  private readonly undiscarded = new Set<string>()

  /**
   * @param folder on the same disk as what is thrown into it
   * @param guard asked before each change. @throws where this process may not make it
   */
  constructor(
    private readonly folder: string,
    private readonly guard: () => void,
  ) {}

  /** Makes its folder, and goes on with what an earlier process has left in it. @throws NodeJS.ErrnoException */
  open(): void {
    this.guard()
    mkdirSync(this.folder, { recursive: true })
    this.empty()
  }

  /** Takes a folder out of the way at once. @throws NodeJS.ErrnoException; it is where it was then */
  moveIn(path: string): void {
    this.guard()
    renameSync(path, join(this.folder, `${Date.now()}-${this.count++}-${basename(path)}`))
    this.empty()
  }

  /** The same, now or later. */
  discard(path: string): void {
    this.undiscarded.add(path)
    this.retryDiscards()
  }

  /** Tries again what could not be thrown away before. */
  retryDiscards(): void {
    for (const path of this.undiscarded) {
      try {
        this.moveIn(path)
        this.undiscarded.delete(path)
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === 'ENOENT') this.undiscarded.delete(path)
      }
    }
  }

  /** Stops after the file that it is at. */
  async close(): Promise<void> {
    this.stopped = true
    await this.emptying
  }

  private empty(): void {
    if (this.stopped) return
    // One after another: it may take long, but never much of the disk.
    const before = this.emptying ?? Promise.resolve()
    const mine = before
      .then(() => this.removeIn(this.folder))
      .catch(() => {})
      .finally(() => {
        if (this.emptying === mine) this.emptying = null
      })
    this.emptying = mine
  }

  private async removeIn(folder: string): Promise<void> {
    for await (const entry of await opendir(folder)) {
      if (this.stopped) return
      // What cannot be removed now is removed at the next time, and keeps nothing else from it.
      await this.remove(join(folder, entry.name), entry.isDirectory()).catch(() => {})
    }
  }

  private async remove(path: string, isFolder: boolean): Promise<void> {
    if (isFolder) await this.removeIn(path)
    if (this.stopped) return
    this.guard()
    await (isFolder ? rmdir(path) : unlink(path))
  }
}
