import type { Classification } from '@/lib/shared/contract/contract'
import { classify } from '../api/classify'
import type { Failure } from '../api/failure'
import { runHere } from '../device/run-here'
import { asksForPermission, type CameraError, cameraError, nextFrame, openStream, stopTracks } from './camera-stream'

interface LiveFrame {
  result: Classification
  /** From capturing the frame to its result, in milliseconds. */
  latencyMs: number
  framesPerSecond: number
}

export type LiveState =
  | { name: 'starting' }
  /** The browser asks the visitor for permission. */
  | { name: 'asking' }
  | { name: 'running'; frame: LiveFrame | null; failure: Failure | null; until: number | null }
  | { name: 'paused' }
  | { name: 'failed'; error: CameraError }

/** Shorter side of the frames that are sent: slightly more than the models' input size. */
const FRAME_SHORT_SIDE = 320
const FRAME_QUALITY = 0.9
const PHOTO_QUALITY = 0.95
const TOP_K = 10
/** Number of frames that the frame rate is averaged over. */
const RATE_WINDOW = 12
/** Delay after a failure if the server doesn't request a longer one. */
const RETRY_MS = 1000

/**
 * Classifies camera frames one at a time. Owns the media stream: `close` turns the camera off, and so does hiding the
 * page.
 */
export class LiveCamera {
  private state: LiveState = { name: 'starting' }
  private readonly listeners = new Set<() => void>()
  private abortController: AbortController | null = null
  private facing: 'environment' | 'user' = 'environment'
  private readonly canvas = document.createElement('canvas')

  /**
   * @param model returns the model for the next frame
   * @param here whether to classify the next frame in this browser
   */
  constructor(
    private readonly video: HTMLVideoElement,
    private readonly model: () => string,
    private readonly here: () => boolean,
  ) {}

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener)
    return () => this.listeners.delete(listener)
  }

  readonly snapshot = (): LiveState => this.state

  /** Turns the camera on and classifies frames until `close`, `switchCamera`, or the page is hidden. */
  async start(): Promise<void> {
    this.stop()
    const controller = new AbortController()
    this.abortController = controller
    this.set({ name: 'starting' })
    try {
      void asksForPermission().then((asks) => {
        const waiting = !controller.signal.aborted && this.state.name === 'starting'
        if (asks && waiting) this.set({ name: 'asking' })
      })
      const stream = await openStream(this.facing)
      if (controller.signal.aborted) return stopTracks(stream)
      controller.signal.addEventListener('abort', () => stopTracks(stream))
      document.addEventListener('visibilitychange', () => document.hidden && this.pause(), {
        signal: controller.signal,
      })
      this.video.srcObject = stream
      await this.video.play()
      this.set({ name: 'running', frame: null, failure: null, until: null })
      await this.loop(controller.signal)
    } catch (error) {
      if (controller.signal.aborted) return
      this.stop()
      this.set({ name: 'failed', error: cameraError(error) })
    }
  }

  /** Switches between the front and rear cameras. */
  switchCamera(): void {
    this.facing = this.facing === 'environment' ? 'user' : 'environment'
    void this.start()
  }

  close(): void {
    this.stop()
  }

  /** Captures the current frame at the camera's full resolution. */
  async capturePhoto(): Promise<File> {
    const { videoWidth, videoHeight } = this.video
    const blob = await this.capture(videoWidth, videoHeight, PHOTO_QUALITY)
    const time = new Date().toISOString().slice(0, 19).replaceAll(':', '-')
    return new File([blob], `camera-${time}.jpg`, { type: 'image/jpeg' })
  }

  private pause(): void {
    this.stop()
    this.set({ name: 'paused' })
  }

  private stop(): void {
    this.abortController?.abort()
    this.abortController = null
    this.video.srcObject = null
  }

  private async loop(signal: AbortSignal): Promise<void> {
    const resultTimes: number[] = []
    while (!signal.aborted) {
      await nextFrame(this.video)
      if (signal.aborted) return
      try {
        const start = performance.now()
        const run = this.here() ? runHere : classify
        const result = await run(await this.captureFrame(), classifyCall(this.model(), signal))
        if (signal.aborted) return
        resultTimes.push(performance.now())
        if (resultTimes.length > RATE_WINDOW) resultTimes.shift()
        const frame = { result, latencyMs: performance.now() - start, framesPerSecond: frameRate(resultTimes) }
        this.set({ name: 'running', frame, failure: null, until: null })
      } catch (error) {
        if (signal.aborted) return
        resultTimes.length = 0
        await this.handleFailure(error as Failure)
      }
    }
  }

  /** Shows the failure next to the last result and waits as long as the server requests. */
  private async handleFailure(failure: Failure): Promise<void> {
    const delay = Math.max(failure.retryAfterMs ?? 0, RETRY_MS)
    const until = failure.retryAfterMs === null ? null : Date.now() + delay
    const frame = this.state.name === 'running' ? this.state.frame : null
    this.set({ name: 'running', frame, failure, until })
    await new Promise((resolve) => setTimeout(resolve, delay))
  }

  private captureFrame(): Promise<Blob> {
    const { videoWidth, videoHeight } = this.video
    const scale = Math.min(1, FRAME_SHORT_SIDE / Math.max(1, Math.min(videoWidth, videoHeight)))
    return this.capture(Math.round(videoWidth * scale), Math.round(videoHeight * scale), FRAME_QUALITY)
  }

  private capture(width: number, height: number, quality: number): Promise<Blob> {
    this.canvas.width = width
    this.canvas.height = height
    this.canvas.getContext('2d')?.drawImage(this.video, 0, 0, width, height)
    return new Promise((resolve, reject) =>
      this.canvas.toBlob((blob) => (blob ? resolve(blob) : reject(new Error('no frame'))), 'image/jpeg', quality),
    )
  }

  private set(state: LiveState): void {
    this.state = state
    for (const listener of this.listeners) listener()
  }
}

function classifyCall(model: string, signal: AbortSignal) {
  return { model, topK: TOP_K, signal, onProgress: () => {}, onUploaded: () => {} }
}

/** Frames per second over the most recent results. */
function frameRate(times: readonly number[]): number {
  const [first, last] = [times[0], times.at(-1)]
  return first === undefined || last === undefined || last === first ? 0 : (1000 * (times.length - 1)) / (last - first)
}
