import { mkdir, rename, rm, stat, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { Problem } from '@/lib/shared/problems/problem'
import type { CustomModelStore } from './store'

/** Only training needs the examples, and they are many times larger than the rest. */
const NOT_COPIED = 'examples.safetensors'

/** The folders of revisions on this machine. */
export interface LocalCopies {
  /**
   * The folder of a revision, which may lack its examples.
   *
   * @throws Problem `not_found` if the revision no longer exists
   */
  folder(id: string, revision: string): Promise<string>
}

/** Copies the files of revisions out of a bucket, each revision once. */
export class DownloadedCopies implements LocalCopies {
  private readonly downloads = new Map<string, Promise<string>>()

  /** @param path of a folder that only this process uses */
  constructor(
    private readonly store: CustomModelStore,
    private readonly path: string,
  ) {}

  folder(id: string, revision: string): Promise<string> {
    const key = `${id} ${revision}`
    const started = this.downloads.get(key)
    if (started !== undefined) return started
    const download = this.download(id, revision)
    this.downloads.set(key, download)
    // A failed download is tried again the next time.
    download.catch(() => this.downloads.delete(key))
    return download
  }

  private async download(id: string, revision: string): Promise<string> {
    const folder = join(this.path, id, revision.replace('sha256:', ''))
    const partial = `${folder}.partial`
    await rm(partial, { recursive: true, force: true })
    const names = (await this.store.fileNames(id, revision)).filter((name) => name !== NOT_COPIED)
    if (!names.includes('config.json')) throw new Problem('not_found', `The model ${id} has no such revision.`)
    for (const name of names) {
      const content = await this.store.file(id, revision, name)
      if (content === null) throw new Problem('not_found', `The model ${id} has no such revision.`)
      await mkdir(dirname(join(partial, name)), { recursive: true })
      await writeFile(join(partial, name), content)
    }
    if (await stat(folder).catch(() => null)) return folder
    await rename(partial, folder)
    return folder
  }
}
