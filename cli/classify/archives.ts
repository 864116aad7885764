import { openZip, type Zip } from '@/lib/server/jobs/zip'
import { Problem } from '@/lib/shared/problems/problem'
import { EXIT, Failure } from '../program/exit'
import { displayPath, type Path, readRegularFile } from './file'
import { withTimeout } from './timeout'

/** Bounds of what a command reads into memory; the disk is its user's own. */
const LIMITS = { files: 1_000_000, bytes: Number.MAX_SAFE_INTEGER, imageBytes: 1_000_000_000 }

export function isArchive(path: string): boolean {
  return /\.zip$/i.test(path)
}

/** ZIPs that photos are read out of. */
export class Archives {
  private readonly zips: Zip[] = []

  /** @param encoding of names that do not say theirs @param seconds for a read */
  constructor(
    private readonly encoding: string | undefined,
    private readonly seconds: number,
  ) {}

  /** The photos of one, each as `folder/archive.zip/its/name`. @throws Failure where it is no ZIP */
  async open(path: Path): Promise<[file: string, read: (signal: AbortSignal) => Promise<Uint8Array>][]> {
    try {
      // A path in bytes is none to the reader of ZIPs, for which bytes are an archive.
      const source =
        typeof path === 'string' ? path : Buffer.from(await withTimeout(readRegularFile(path), this.seconds))
      const zip = await withTimeout(openZip(source, LIMITS, this.encoding), this.seconds)
      this.zips.push(zip)
      return zip.photos.map(({ file, read }) => [
        `${displayPath(path)}/${file}`,
        (signal) => withTimeout(read(), this.seconds, signal),
      ])
    } catch (error) {
      if (!(error instanceof Problem)) throw error
      throw new Failure(EXIT.invalid, `${displayPath(path)}: ${error.detail}`, { cause: error })
    }
  }

  close(): void {
    for (const zip of this.zips) zip.close()
  }
}
