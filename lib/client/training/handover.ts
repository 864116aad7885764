/** More are for the command: each takes 5 KB of memory, and its photo a place in this browser's storage. */
export const MAX_PHOTOS = 5000

/** Photos of another page that are to be labeled. */
export interface LabelHandover {
  files: readonly File[]
  /** Photos that are too many. */
  leftOut: number
}

let current: LabelHandover | null = null

/** Keeps photos for the page for training, which is opened next in this tab. */
export function handOverToLabel(photos: LabelHandover): void {
  current = photos
}

/** The photos that were handed over, once. */
export function takePhotosToLabel(): LabelHandover | null {
  const taken = current
  current = null
  return taken
}
