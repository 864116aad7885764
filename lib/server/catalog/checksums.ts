/** The file of a set of models that names all the others with their SHA-256, as `sha256sum` writes it. */
export const CHECKSUMS = 'SHA256SUMS'

/** More than any set has; a file that says more is no such file. */
const MAX_FILES = 10_000

/** One line: the digest in hex, two spaces or a space and a star, the path. */
const LINE = /^([0-9a-f]{64}) [ *](.+)$/

/**
 * Paths and digests, as the file has them.
 *
 * @throws Error where a line is none, or where a path leads out of the folder
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

/** Whether a path with slashes stays in its folder, on every system. */
function isWithin(path: string): boolean {
  return path !== '' && !/[\\:\0]/.test(path) && path.split('/').every((name) => name !== '' && !/^\.{1,2}$/.test(name))
}
