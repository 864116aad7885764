import type { Photo } from '../photos/photo'

/** Photos of another page that become a batch. */
export interface Handover {
  files: readonly File[]
  /** Type or ID of the model. */
  model: string
}

let current: Handover | null = null

/** Keeps photos for the batch page, which is opened next in this tab. */
export function handOver(photos: readonly Pick<Photo, 'name' | 'file'>[], model: string): void {
  current = { files: photos.map(asFile), model }
}

/** The photos that were handed over, once. */
export function takeHandover(): Handover | null {
  const taken = current
  current = null
  return taken
}

/** Photos from the camera or the clipboard may be plain bytes. */
function asFile({ name, file }: Pick<Photo, 'name' | 'file'>): File {
  return file instanceof File ? file : new File([file], name, { type: file.type })
}
