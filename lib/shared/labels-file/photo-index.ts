import { isPhotoName } from '../files/photo-name'

/** A photo that a cell names, and how well: by so many folders, and by which likeness of the name (0 is best). */
export interface Found {
  photo: number
  depth: number
  tier: number
  /** Both have folders that differ above what they share. */
  contrary: boolean
}

export type Finding = Found | { ambiguous: readonly number[] } | null

interface Path {
  text: string
  name: string
  folders: readonly string[]
}

/**
 * Photos, found by the names that files of labels have for them: the longest common end of both paths wins; then the same letters,
 * then letters of another case, then the name without its extension.
 */
export class PhotoIndex {
  private readonly paths: readonly Path[]
  private readonly byStem = new Map<string, number[]>()
  private readonly byNumber = new Map<string, number[]>()
  /** Whether a name stands in more than one folder, so that a name alone says little. */
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

  find(cell: string): Finding {
    for (const way of WAYS) {
      const name = way(cell)
      const photos = name === null ? undefined : this.byStem.get(stemOf(nameOf(name)).toLowerCase())
      if (name !== null && photos) return this.best(photos, pathOf(name))
    }
    // Spreadsheets drop leading zeros, and COCO's ids never had them.
    const stem = stemOf(nameOf(cell))
    const photos = /^\d+$/.test(stem) ? this.byNumber.get(unpadded(stem)) : undefined
    return photos ? this.best(photos, pathOf(cell)) : null
  }

  private best(photos: readonly number[], path: Path): Finding {
    let best: Found | null = null
    let equals: number[] = []
    for (const photo of photos) {
      const found = this.compare(photo, path)
      const order = best === null ? 1 : found.depth - best.depth || best.tier - found.tier
      if (order > 0) [best, equals] = [found, [photo]]
      else if (order === 0) equals.push(photo)
    }
    return equals.length > 1 ? { ambiguous: equals } : best
  }

  private compare(photo: number, { text, name, folders }: Path): Found {
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

/** A path in one way of writing: `/`, no `./`, composed letters; folders in small letters. */
export function pathOf(path: string): Path {
  const parts = composed(path)
    .trim()
    .split(/[\\/]+/)
    .filter((part) => part !== '' && part !== '.')
  const name = parts.pop() ?? ''
  return { text: [...parts, name].join('/'), name, folders: parts.map((part) => part.toLowerCase()) }
}

/** The name in a path, without its folders: what most lookups end at, so it makes no list of them. */
function nameOf(path: string): string {
  const text = composed(path).trim()
  return text.slice(Math.max(text.lastIndexOf('/'), text.lastIndexOf('\\')) + 1)
}

/** Most are plain; normalising is dear. */
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

/** How a cell may name a photo, in the order in which they are tried. */
const WAYS: readonly ((cell: string) => string | null)[] = [
  (cell) => cell,
  decoded,
  // Label Studio puts eight digits before the names of uploads.
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

/** A web address or what is escaped like one; `?d=` is where Label Studio has the path of a local file. */
function decoded(cell: string): string | null {
  if (!/[%?+]/.test(cell)) return null
  const local = /[?&]d=([^&]+)/.exec(cell)?.[1]
  try {
    return decodeURIComponent(local ?? cell.replace(/\?.*$/, ''))
  } catch {
    return null
  }
}
