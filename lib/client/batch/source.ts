/** A photo on the visitor's disk: its name, the properties that identify it later, and access to its bytes. */
export interface PhotoSource {
  /** Including folders, separated by `/`. */
  path: string
  /** Bytes. */
  size: number
  /** Milliseconds since 1970. */
  modified: number
  open(): Promise<Blob>
  /** Whether it is this browser's copy, which is deleted when the photo has its result. */
  kept?: true
  /** A thumbnail, if there is one already. */
  thumbnail?(): Promise<Blob | null>
}

/** A file that is not classified. */
export interface LeftOut {
  path: string
  reason:
    | 'no_photo'
    | 'locked'
    | 'packing'
    | 'archive_unreadable'
    | 'archive_empty'
    | 'too_many'
    | 'no_labels'
    | 'changed'
}

/** A browser file. Dropped files and selected files carry their path in different properties. */
type FileWithPath = File & { path?: string; relativePath?: string }

/** The file's path within the dropped or selected folder; the same for both. */
export function relativePath(file: FileWithPath): string {
  const path = file.webkitRelativePath || file.relativePath || file.path || file.name
  return path.replace(/^\.?\/+/, '')
}

/** Orders paths as `vision classify` walks a folder: by name, files before subfolders. */
export function comparePaths(a: { path: string }, b: { path: string }): number {
  const [left, right] = [a.path.split('/'), b.path.split('/')]
  for (let i = 0; ; i++) {
    const [leftPart, rightPart] = [left[i], right[i]]
    if (leftPart === undefined || rightPart === undefined) return left.length - right.length
    const [leftIsFile, rightIsFile] = [i === left.length - 1, i === right.length - 1]
    if (leftIsFile !== rightIsFile) return leftIsFile ? -1 : 1
    if (leftPart !== rightPart) return leftPart < rightPart ? -1 : 1
  }
}

/** The name that a batch has by itself: its folder, or its first file. */
export function batchName(photos: readonly { path: string }[]): string {
  return photos[0]?.path.split('/')[0] ?? ''
}
