import { openZip, type Zip } from '@/lib/server/jobs/zip'
import { Problem } from '@/lib/shared/problems/problem'
import { EXIT, Failure } from '../program/exit'
import { displayPath, type Path, readRegularFile } from './file'
import { withTimeout } from './timeout'

/** Limits for what the command reads into memory. Disk space is the user's own. */
const LIMITS = { files: 1_000_000, bytes: Number.MAX_SAFE_INTEGER, imageBytes: 1_000_000_000 }

export function isArchive(path: string): boolean {
  return /\.zip$/i.test(path)
}

/** ZIP files to read photos from. */
export class Archives {
  private readonly zips: Zip[] = []

  /** @param encoding encoding of entry names that are not UTF-8 @param seconds time limit for a read */
  constructor(
    private readonly encoding: string | undefined,
    private readonly seconds: number,
  ) {}

  /** The photos in a ZIP file, named `folder/archive.zip/name/in/zip`. @throws Failure if it is not a ZIP file */
  async open(path: Path): Promise<[file: string, read: (signal: AbortSignal) => Promise<Uint8Array>][]> {
    try {
      // The ZIP reader treats bytes as the archive itself, so a byte path is read here.
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
