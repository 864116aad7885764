import { isPhotoName } from '../files/photo-name'

/** A photo that a cell matches, and how well: by how many folders, and by which similarity of the name (0 is best). */
export interface PhotoMatch {
  photo: number
  depth: number
  tier: number
  /** Both have folders that differ above those they share. */
  contrary: boolean
}

export type LookupResult = PhotoMatch | { ambiguous: readonly number[] } | null

interface Path {
  text: string
  name: string
  folders: readonly string[]
}

/**
 * Finds photos by the names in labels files. The longest common path suffix wins; then an exact match, then one that
 * ignores case, then one that ignores the extension.
 */
export class PhotoIndex {
  private readonly paths: readonly Path[]
  private readonly byStem = new Map<string, number[]>()
  private readonly byNumber = new Map<string, number[]>()
  /** Whether a name exists in more than one folder, so that a name alone is ambiguous. */
  readonly repeated: boolean

  constructor(readonly photos: readonly string[]) {
    this.paths = photos.map(pathOf)
    let repeated = false
    for (const [at, { name }] of this.paths.entries()) {
      const stem = stemOf(name).toLowerCase()
      const same = this.byStem.get(stem)
      if (same) {
        repeated = true
        same.push(at)
      } else this.byStem.set(stem, [at])
      if (/^\d+$/.test(stem)) add(this.byNumber, unpadded(stem), at)
    }
    this.repeated = repeated
  }

  find(cell: string): LookupResult {
    for (const way of NAME_READERS) {
      const name = way(cell)
      const photos = name === null ? undefined : this.byStem.get(stemOf(nameOf(name)).toLowerCase())
      if (name !== null && photos) return this.best(photos, pathOf(name))
    }
    // Spreadsheets drop leading zeros, and COCO ids never have them.
    const stem = stemOf(nameOf(cell))
    const photos = /^\d+$/.test(stem) ? this.byNumber.get(unpadded(stem)) : undefined
    return photos ? this.best(photos, pathOf(cell)) : null
  }

  private best(photos: readonly number[], path: Path): LookupResult {
    let best: PhotoMatch | null = null
    let equals: number[] = []
    for (const photo of photos) {
      const found = this.compare(photo, path)
      const order = best === null ? 1 : found.depth - best.depth || best.tier - found.tier
      if (order > 0) [best, equals] = [found, [photo]]
      else if (order === 0) equals.push(photo)
    }
    return equals.length > 1 ? { ambiguous: equals } : best
  }

  private compare(photo: number, { text, name, folders }: Path): PhotoMatch {
    const other = this.paths[photo] ?? pathOf('')
    let depth = 0
    while (depth < folders.length && depth < other.folders.length) {
      if (folders.at(-1 - depth) !== other.folders.at(-1 - depth)) break
      depth++
    }
    const contrary = depth < folders.length && depth < other.folders.length
    return { photo, depth, tier: text === other.text ? 0 : tierOf(name, other.name), contrary }
  }
}

function tierOf(name: string, other: string): number {
  if (name === other) return 1
  if (name.toLowerCase() === other.toLowerCase()) return 2
  return stemOf(name) === stemOf(other) ? 3 : 4
}

/** Normalizes a path: `/` as the separator, no `./`, composed Unicode, folders in lower case. */
export function pathOf(path: string): Path {
  const parts = composed(path)
    .trim()
    .split(/[\\/]+/)
    .filter((part) => part !== '' && part !== '.')
  const name = parts.pop() ?? ''
  return { text: [...parts, name].join('/'), name, folders: parts.map((part) => part.toLowerCase()) }
}

/** The file name in a path. Most lookups end here, so it doesn't build a list of folders. */
function nameOf(path: string): string {
  const text = composed(path).trim()
  return text.slice(Math.max(text.lastIndexOf('/'), text.lastIndexOf('\\')) + 1)
}

/** Most names are ASCII, and normalizing is expensive. */
const composed = (text: string) => (isAscii(text) ? text : text.normalize('NFC'))

// biome-ignore lint/suspicious/noControlCharactersInRegex: all of ASCII
const isAscii = (text: string) => /^[\x00-\x7f]*$/.test(text)

function stemOf(name: string): string {
  return isPhotoName(name) ? name.slice(0, name.lastIndexOf('.')) : name
}

const unpadded = (digits: string) => digits.replace(/^0+(?=\d)/, '')

function add(map: Map<string, number[]>, key: string, at: number): void {
  const list = map.get(key)
  if (list) list.push(at)
  else map.set(key, [at])
}

/** Ways to read a photo name from a cell, in the order they are tried. */
const NAME_READERS: readonly ((cell: string) => string | null)[] = [
  (cell) => cell,
  decoded,
  // Label Studio adds eight hex digits before the names of uploads.
  (cell) => prefixless(cell),
  (cell) => (cell.includes('-') ? prefixless(decoded(cell) ?? '') : null),
  // Roboflow: `cat_jpg.rf.0123abcd.jpg` was `cat.jpg`.
  (cell) => /^(.+)_(jpe?g|png|webp|bmp|tiff?)\.rf\.[0-9a-z]+\.\w+$/i.exec(cell)?.slice(1).join('.') ?? null,
]

function prefixless(cell: string): string | null {
  if (!cell.includes('-')) return null
  const found = /^(.*[\\/])?[0-9a-f]{8}-(.+)$/.exec(cell)
  return found ? `${found[1] ?? ''}${found[2] ?? ''}` : null
}

/** Decodes a URL or URL-encoded name; Label Studio has the path of a local file in `?d=`. */
function decoded(cell: string): string | null {
  if (!/[%?+]/.test(cell)) return null
  const local = /[?&]d=([^&]+)/.exec(cell)?.[1]
  try {
    return decodeURIComponent(local ?? cell.replace(/\?.*$/, ''))
  } catch {
    return null
  }
}
