/** A photo of the visitor's disk: what it is called, what it is known by later, and how its bytes are had. */
export interface PhotoSource {
  /** With its folders, parted by `/`. */
  path: string
  /** Bytes. */
  size: number
  /** Milliseconds since 1970. */
  modified: number
  open(): Promise<Blob>
}

/** A file that is not classified. */
export interface LeftOut {
  path: string
  reason: 'no_photo' | 'locked' | 'packing' | 'archive_unreadable' | 'too_many' | 'no_labels' | 'changed'
}

/** A file of a browser: dropped ones have their path in one property, picked ones in another. */
type Given = File & { path?: string; relativePath?: string }

/** Where a file lay in the folder that was dropped or picked: the same for both. */
export function relativePath(file: Given): string {
  const path = file.webkitRelativePath || file.relativePath || file.path || file.name
  return path.replace(/^\.?\/+/, '')
}

/** In the order of their names, as `vision classify` goes through a folder: its files, then its folders. */
export function comparePaths(a: { path: string }, b: { path: string }): number {
  const [left, right] = [a.path.split('/'), b.path.split('/')]
  for (let i = 0; ; i++) {
    const [one, other] = [left[i], right[i]]
    if (one === undefined || other === undefined) return left.length - right.length
    const [isFile, otherIsFile] = [i === left.length - 1, i === right.length - 1]
    if (isFile !== otherIsFile) return isFile ? -1 : 1
    if (one !== other) return one < other ? -1 : 1
  }
}
