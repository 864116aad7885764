import { type CameraError, cameraError, type Facing, nextFrame, openStream, stopTracks } from '../camera/camera-stream'
import { encodeCanvas } from '../photos/encode-canvas'

export type RecorderState = { name: 'starting' } | { name: 'running' } | { name: 'failed'; error: CameraError }

/** Shorter side of recorded frames: more than the input of any model. */
const SHORT_SIDE = 480
const QUALITY = 0.92

/** A webcam whose frames are taken as photos. `close` turns it off. */
export class Recorder {
  private stream: MediaStream | null = null
  private facing: Facing = 'user'
  private closed = false
  private readonly canvas = document.createElement('canvas')

  constructor(
    private readonly video: HTMLVideoElement,
    private readonly onState: (state: RecorderState) => void,
  ) {}

  async start(): Promise<void> {
    this.stop()
    this.onState({ name: 'starting' })
    try {
      const stream = await openStream(this.facing)
      if (this.closed) return stopTracks(stream)
      this.stream = stream
      this.video.srcObject = stream
      await this.video.play()
      if (!this.closed) this.onState({ name: 'running' })
    } catch (error) {
      if (!this.closed) this.onState({ name: 'failed', error: cameraError(error) })
    }
  }

  /** Changes between the front and the rear camera. */
  switchCamera(): void {
    this.facing = this.facing === 'user' ? 'environment' : 'user'
    void this.start()
  }

  /** The next frame as a photo. */
  async frame(): Promise<File> {
    await nextFrame(this.video)
    const { videoWidth, videoHeight } = this.video
    const scale = Math.min(1, SHORT_SIDE / Math.max(1, Math.min(videoWidth, videoHeight)))
    this.canvas.width = Math.round(videoWidth * scale)
    this.canvas.height = Math.round(videoHeight * scale)
    this.canvas.getContext('2d')?.drawImage(this.video, 0, 0, this.canvas.width, this.canvas.height)
    const blob = await encodeCanvas(this.canvas, 'image/jpeg', QUALITY)
    const time = new Date().toISOString().slice(0, 23).replaceAll(':', '-')
    return new File([blob], `webcam-${time}.jpg`, { type: 'image/jpeg' })
  }

  close(): void {
    this.closed = true
    this.stop()
  }

  private stop(): void {
    if (this.stream) stopTracks(this.stream)
    this.stream = null
    this.video.srcObject = null
  }
}
