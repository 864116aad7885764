/** The file that lists all other files of a model set with their SHA-256, in `sha256sum` format. */
export const CHECKSUMS = 'SHA256SUMS'

/** More files than any set has. A longer list is invalid. */
const MAX_FILES = 10_000

/** One line: the digest in hex, two spaces or a space and an asterisk, the path. */
const LINE = /^([0-9a-f]{64}) [ *](.+)$/

/**
 * Parses the paths and digests in the file.
 *
 * @throws Error if a line is invalid, or if a path leads out of the folder
 */
export function parseChecksums(text: string): Map<string, string> {
  const files = new Map<string, string>()
  for (const line of text.split(/\r?\n/).filter((each) => each !== '')) {
    const [, digest = '', named = ''] = LINE.exec(line) ?? []
    const path = named.replace(/^\.\//, '')
    if (!isWithin(path)) throw new Error(`${CHECKSUMS} has an invalid line: ${line.slice(0, 200)}`)
    files.set(path, digest)
  }
  if (files.size === 0 || files.size > MAX_FILES) throw new Error(`${CHECKSUMS} lists ${files.size} files`)
  return files
}

export function printChecksums(files: ReadonlyMap<string, string>): string {
  return [...files].map(([path, digest]) => `${digest}  ${path}\n`).join('')
}

/** Whether a slash-separated path stays inside its folder, on every operating system. */
function isWithin(path: string): boolean {
  return path !== '' && !/[\\:\0]/.test(path) && path.split('/').every((name) => name !== '' && !/^\.{1,2}$/.test(name))
}
