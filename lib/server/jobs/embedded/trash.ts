import { mkdirSync, renameSync } from 'node:fs'
import { opendir, rmdir, unlink } from 'node:fs/promises'
import { basename, join } from 'node:path'

/**
 * Folders to delete, which may be large. One rename moves a folder here; its files are then deleted one by one without
 * blocking. What a stop or a kill leaves is deleted at the next start.
 */
export class Trash {
  private stopped = false
  private emptying: Promise<void> | null = null
  private count = 0
  /** Folders that couldn't be moved here yet. */
  private readonly undiscarded = new Set<string>()

  /**
   * @param folder on the same disk as what is moved into it
   * @param guard called before each change.
   * @throws if this process may not write
   */
  constructor(
    private readonly folder: string,
    private readonly guard: () => void,
  ) {}

  /** Creates the trash folder, and continues with what an earlier process left in it. @throws NodeJS.ErrnoException */
  open(): void {
    this.guard()
    mkdirSync(this.folder, { recursive: true })
    this.empty()
  }

  /** Moves a folder into the trash, in one step. @throws NodeJS.ErrnoException; the folder is unchanged then */
  moveIn(path: string): void {
    this.guard()
    renameSync(path, join(this.folder, `${Date.now()}-${this.count++}-${basename(path)}`))
    this.empty()
  }

  /** Does the same now or, if that fails, later. */
  discard(path: string): void {
    this.undiscarded.add(path)
    this.retryDiscards()
  }

  /** Tries again to move the folders that couldn't be moved. */
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

  /** Stops after the current file. */
  async close(): Promise<void> {
    this.stopped = true
    await this.emptying
  }

  private empty(): void {
    if (this.stopped) return
    // One folder after another: it may take long, but never uses much of the disk's capacity.
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
      // What can't be deleted now is deleted the next time, and doesn't hold up the rest.
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
