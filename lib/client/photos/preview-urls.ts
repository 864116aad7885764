import { displayedFile, type Photo } from './photo'

/** Owns the object URLs of the photos that were shown. */
export class PreviewUrls {
  private readonly urls = new Map<Blob, string>()

  /** The URL of a photo. It is made when the photo is first shown: for hundreds at once, the page would stand still. */
  of(photo: Photo): string {
    const file = displayedFile(photo)
    const url = this.urls.get(file) ?? URL.createObjectURL(file)
    this.urls.set(file, url)
    return url
  }

  revoke(file: Blob): void {
    URL.revokeObjectURL(this.urls.get(file) ?? '')
    this.urls.delete(file)
  }

  dispose(): void {
    for (const file of this.urls.keys()) this.revoke(file)
  }
}
