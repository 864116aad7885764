import { randomUUID } from 'node:crypto'
import { existsSync, linkSync, opendirSync, rmSync, writeFileSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { StorageAccess } from './lease-handle'

/** The uploaded photos of a job: `files/`, with one file per photo that still needs its bytes, named by its index. */
export class PhotoFiles {
  private folder: string

  constructor(
    jobFolder: string,
    private readonly storage: StorageAccess,
  ) {
    this.folder = join(jobFolder, 'files')
  }

  /** The job's folder was renamed. */
  setJobFolder(path: string): void {
    this.folder = join(path, 'files')
  }

  get exists(): boolean {
    return existsSync(this.folder)
  }

  path(index: number): string {
    return join(this.folder, String(index))
  }

  /**
   * Writes a photo's file. A file that a failed attempt left behind is removed first, but only if this process holds
   * the lease.
   *
   * @param staged the file that `stage` returned for these bytes
   * @throws NodeJS.ErrnoException
   */
  write(index: number, bytes: Uint8Array, staged: string | undefined): void {
    const path = this.path(index)
    try {
      createFile(path, bytes, staged)
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
      this.storage.verify()
      rmSync(path)
      createFile(path, bytes, staged)
    }
  }

  /** Writes the bytes of a photo that isn't added yet, without blocking. → its path. @throws NodeJS.ErrnoException */
  async stage(bytes: Uint8Array): Promise<string> {
    const path = join(this.folder, `staged-${randomUUID()}`)
    this.storage.guard()
    try {
      await writeFile(path, bytes, { flag: 'wx' })
      return path
    } catch (error) {
      this.discard(path)
      throw error
    }
  }

  /** Removes a file that is no longer needed. If that fails, the file goes at the next start or with the job. */
  discard(path: string): void {
    try {
      this.storage.guard()
      rmSync(path, { force: true })
    } catch {
      // Nothing depends on it.
    }
  }

  discardAll(): void {
    this.storage.discard(this.folder)
  }

  /**
   * Removes files that no photo needs. A kill can come between writing a result and removing the photo's file, or
   * between writing a file and adding its photo.
   */
  *removeStale(isNeeded: (index: number) => boolean): Generator<void> {
    const folder = opendirSync(this.folder, { bufferSize: 256 })
    try {
      for (let entry = folder.readSync(); entry !== null; entry = folder.readSync()) {
        if (!isNeeded(Number(entry.name))) this.discard(join(this.folder, entry.name))
        yield
      }
    } finally {
      folder.closeSync()
    }
  }
}

/** Errors of file systems that don't support hard links. */
const NO_LINKS = new Set(['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK'])

/**
 * Creates a file from a staged file or from bytes. A rename wouldn't do, because it replaces an existing file.
 *
 * @throws NodeJS.ErrnoException EEXIST if the file exists
 */
function createFile(path: string, bytes: Uint8Array, staged: string | undefined): void {
  if (staged !== undefined) {
    try {
      linkSync(staged, path)
      return
    } catch (error) {
      if (!NO_LINKS.has((error as NodeJS.ErrnoException).code ?? '')) throw error
    }
  }
  writeFileSync(path, bytes, { flag: 'wx' })
}
