import type { Classification } from '@/lib/shared/contract/contract'
import { classify } from '../api/classify'
import type { Failure } from '../api/failure'

export interface LiveFrame {
  result: Classification
  /** From the grab of the frame to its answer, in milliseconds. */
  latencyMs: number
  framesPerSecond: number
}

export type CameraError = 'denied' | 'missing' | 'inUse' | 'insecure'

export type LiveState =
  | { name: 'starting' }
  | { name: 'running'; frame: LiveFrame | null; failure: Failure | null; until: number | null }
  | { name: 'paused' }
  | { name: 'failed'; trouble: CameraError }

/** Shorter side of what is sent: a little more than the models look at. */
const SHORT_SIDE = 320
const QUALITY = 0.9
const KEPT_QUALITY = 0.95
const PREDICTIONS = 10
/** The rate is of about so many frames. */
const WINDOW = 12
/** After a failure without a wish of the server. */
const PAUSE_MS = 1000

/**
 * A camera whose frames are classified one after another, never two at once. The one owner of its stream: `close` switches the camera off,
 * and so does a hidden page.
 */
export class LiveCamera {
  private state: LiveState = { name: 'starting' }
  private readonly listeners = new Set<() => void>()
  private run: AbortController | null = null
  private facing: 'environment' | 'user' = 'environment'
  private readonly canvas = document.createElement('canvas')

  /** @param model the model of the next frame */
  constructor(
    private readonly video: HTMLVideoElement,
    private readonly model: () => string,
  ) {}

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener)
    return () => this.listeners.delete(listener)
  }

  readonly snapshot = (): LiveState => this.state

  /** Switches the camera on, and classifies until `close`, `switchCamera` or the page is hidden. */
  async start(): Promise<void> {
    this.stop()
    const run = new AbortController()
    this.run = run
    this.set({ name: 'starting' })
    try {
      const stream = await openStream(this.facing)
      if (run.signal.aborted) return release(stream)
      run.signal.addEventListener('abort', () => release(stream))
      document.addEventListener('visibilitychange', () => document.hidden && this.pause(), { signal: run.signal })
      this.video.srcObject = stream
      await this.video.play()
      this.set({ name: 'running', frame: null, failure: null, until: null })
      await this.loop(run.signal)
    } catch (error) {
      if (run.signal.aborted) return
      this.stop()
      this.set({ name: 'failed', trouble: trouble(error) })
    }
  }

  /** The other side of a phone. */
  switchCamera(): void {
    this.facing = this.facing === 'environment' ? 'user' : 'environment'
    void this.start()
  }

  close(): void {
    this.stop()
  }

  /** The frame that is seen now, as large as the camera gives it. */
  async capturePhoto(): Promise<File> {
    const { videoWidth, videoHeight } = this.video
    const blob = await this.grab(videoWidth, videoHeight, KEPT_QUALITY)
    const time = new Date().toISOString().slice(0, 19).replaceAll(':', '-')
    return new File([blob], `camera-${time}.jpg`, { type: 'image/jpeg' })
  }

  private pause(): void {
    this.stop()
    this.set({ name: 'paused' })
  }

  private stop(): void {
    this.run?.abort()
    this.run = null
    this.video.srcObject = null
  }

  private async loop(signal: AbortSignal): Promise<void> {
    const done: number[] = []
    while (!signal.aborted) {
      await nextFrame(this.video)
      if (signal.aborted) return
      try {
        const start = performance.now()
        const result = await classify(await this.small(), call(this.model(), signal))
        if (signal.aborted) return
        done.push(performance.now())
        if (done.length > WINDOW) done.shift()
        const frame = { result, latencyMs: performance.now() - start, framesPerSecond: rate(done) }
        this.set({ name: 'running', frame, failure: null, until: null })
      } catch (error) {
        if (signal.aborted) return
        done.length = 0
        await this.failed(error as Failure)
      }
    }
  }

  /** Shows the failure beside the last answer and waits as long as the server wishes. */
  private async failed(failure: Failure): Promise<void> {
    const wait = Math.max(failure.retryAfterMs ?? 0, PAUSE_MS)
    const until = failure.retryAfterMs === null ? null : Date.now() + wait
    const frame = this.state.name === 'running' ? this.state.frame : null
    this.set({ name: 'running', frame, failure, until })
    await new Promise((resolve) => setTimeout(resolve, wait))
  }

  private small(): Promise<Blob> {
    const { videoWidth, videoHeight } = this.video
    const scale = Math.min(1, SHORT_SIDE / Math.max(1, Math.min(videoWidth, videoHeight)))
    return this.grab(Math.round(videoWidth * scale), Math.round(videoHeight * scale), QUALITY)
  }

  private grab(width: number, height: number, quality: number): Promise<Blob> {
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

function call(model: string, signal: AbortSignal) {
  return { model, topK: PREDICTIONS, signal, onProgress: () => {}, onUploaded: () => {} }
}

async function openStream(facingMode: 'environment' | 'user'): Promise<MediaStream> {
  if (!navigator.mediaDevices) throw new DOMException('', 'SecurityError')
  const video = { facingMode, width: { ideal: 1280 }, height: { ideal: 960 } }
  return navigator.mediaDevices.getUserMedia({ video, audio: false })
}

function release(stream: MediaStream): void {
  for (const track of stream.getTracks()) track.stop()
}

/** By the names of W3C Media Capture and Streams, 10.6. */
function trouble(error: unknown): CameraError {
  const name = error instanceof DOMException ? error.name : ''
  if (name === 'NotAllowedError') return 'denied'
  if (name === 'SecurityError') return 'insecure'
  return name === 'NotFoundError' || name === 'OverconstrainedError' ? 'missing' : 'inUse'
}

/** Frames a second over the last answers. */
function rate(times: readonly number[]): number {
  const [first, last] = [times[0], times.at(-1)]
  return first === undefined || last === undefined || last === first ? 0 : (1000 * (times.length - 1)) / (last - first)
}

/** Where the camera is switched off meanwhile, no frame comes, and nobody waits any more. */
function nextFrame(video: HTMLVideoElement): Promise<void> {
  return new Promise((resolve) => {
    if ('requestVideoFrameCallback' in video) video.requestVideoFrameCallback(() => resolve())
    else requestAnimationFrame(() => resolve())
  })
}
