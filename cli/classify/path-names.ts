import { readdir, stat } from 'node:fs/promises'
import { basename, dirname, join, sep } from 'node:path'
import { decoded } from '@/lib/shared/files/file-name'
import type { Path } from './file'

const BYTE_ORDER_MARKS: readonly [encoding: string, bom: string][] = [
  ['utf-16le', 'fffe'],
  ['utf-16be', 'feff'],
]

/**
 * Parses a list of names: one per line, or separated by NUL as with `find -print0`. Names are bytes. A leading byte
 * order mark is skipped; that of UTF-16, which PowerShell writes, determines the encoding.
 */
export function parseNameList(list: Buffer): Path[] {
  const head = list.toString('hex', 0, 2)
  const wide = BYTE_ORDER_MARKS.find(([, bom]) => bom === head)
  if (wide) return parseNameList(Buffer.from(new TextDecoder(wide[0]).decode(list)))
  const text = list.toString('hex', 0, 3) === 'efbbbf' ? list.subarray(3) : list
  const end = text.includes(0) ? 0 : 10
  const names: Path[] = []
  for (let from = 0; from < text.length; ) {
    const at = text.indexOf(end, from)
    const to = at < 0 ? text.length : at
    const line = text.subarray(from, end === 10 && text[to - 1] === 13 ? to - 1 : to)
    if (line.length > 0) names.push(toPath(line))
    from = to + 1
  }
  return names
}

/** Converts bytes to a path: text if they are valid UTF-8. */
function toPath(bytes: Buffer): Path {
  return decoded(bytes, 'utf-8') ?? Buffer.from(bytes)
}

/** Joins a folder and an entry name in bytes. */
export function joinBytes(folder: Path, name: Buffer): Path {
  const text = typeof folder === 'string' ? decoded(name, 'utf-8') : null
  if (text !== null && typeof folder === 'string') return join(folder, text)
  const start = Buffer.from(folder)
  return Buffer.concat(start.at(-1) === sep.charCodeAt(0) ? [start, name] : [start, Buffer.from(sep), name])
}

/**
 * Recovers the paths that a command-line argument may mean. Node.js decodes the command line as UTF-8 and replaces each
 * invalid byte with the same character, so every existing path that decodes to the argument is returned, or the
 * argument itself if there is none.
 */
export async function recoverPaths(arg: string): Promise<Path[]> {
  if (!arg.includes('\ufffd') || (await stat(arg).catch(() => null))) return [arg]
  const parent = dirname(arg)
  const found: Path[] = []
  for (const folder of parent === arg ? [] : await recoverPaths(parent)) {
    const names = await readdir(folder, { encoding: 'buffer' }).catch(() => [])
    // Node.js uses the replacement character of a lenient decoder.
    for (const name of names) if (name.toString() === basename(arg)) found.push(joinBytes(folder, name))
  }
  return found.length > 0 ? found : [arg]
}
