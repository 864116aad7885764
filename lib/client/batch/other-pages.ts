import { isUploading, UploadLock, uploadEnd } from './upload-lock'

/** Which page of this browser uploads the photos of a batch: this one, or another one that this one waits for. */
export class OtherPages {
  private readonly lock = new UploadLock()
  /** Whether another page uploads the photos that are missing here. */
  uploading = false

  constructor(private readonly signal: AbortSignal) {}

  /**
   * Leaves missing photos to another page that uploads them.
   *
   * @param takeStock finds out, when that has ended, what has reached the server
   * @param onEnd called after that
   */
  async leaveTo(id: string, takeStock: () => Promise<void>, onEnd: () => void): Promise<void> {
    if (this.uploading || !(await isUploading(id))) return
    this.uploading = true
    void uploadEnd(id, this.signal).then(async () => {
      await takeStock()
      this.uploading = false
      onEnd()
    })
  }

  /** Other pages leave the upload to this one for as long as it has photos to upload. */
  claim(id: string | undefined, toUpload: number): void {
    if (id !== undefined && toUpload > 0) this.lock.hold(id)
    else this.release()
  }

  release(): void {
    this.lock.release()
  }
}
