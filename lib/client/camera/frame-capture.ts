import { encodeCanvas } from '../photos/encode-canvas'

/** Shorter side of the frames that are classified: slightly more than the models' input size. */
const FRAME_SHORT_SIDE = 320
const FRAME_QUALITY = 0.9
const PHOTO_QUALITY = 0.95

/** Takes pictures of a video. */
export class FrameCapture {
  private readonly canvas = document.createElement('canvas')

  constructor(private readonly video: HTMLVideoElement) {}

  /** The current frame as JPEG, small enough to classify many a second. */
  frame(): Promise<Blob> {
    const { videoWidth, videoHeight } = this.video
    const scale = Math.min(1, FRAME_SHORT_SIDE / Math.max(1, Math.min(videoWidth, videoHeight)))
    return this.encode(Math.round(videoWidth * scale), Math.round(videoHeight * scale), FRAME_QUALITY)
  }

  /** The current frame as JPEG, at the camera's full resolution. */
  async photo(): Promise<File> {
    const { videoWidth, videoHeight } = this.video
    const blob = await this.encode(videoWidth, videoHeight, PHOTO_QUALITY)
    const time = new Date().toISOString().slice(0, 19).replaceAll(':', '-')
    return new File([blob], `camera-${time}.jpg`, { type: 'image/jpeg' })
  }

  private encode(width: number, height: number, quality: number): Promise<Blob> {
    this.canvas.width = width
    this.canvas.height = height
    this.canvas.getContext('2d')?.drawImage(this.video, 0, 0, width, height)
    return encodeCanvas(this.canvas, 'image/jpeg', quality)
  }
}
