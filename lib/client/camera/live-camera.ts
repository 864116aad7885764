import type { Classification } from '@/lib/shared/contract/contract'
import { classify } from '../api/classify'
import { type Failure, isServerAway } from '../api/failure'
import { runHere } from '../device/run-here'
import { wait } from '../event-loop/wait'
import { asksForPermission, type CameraError, cameraError, nextFrame, openStream, stopTracks } from './camera-stream'
import { FrameCapture } from './frame-capture'
import { FrameRate } from './frame-rate'

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
  | {
      name: 'running'
      frame: LiveFrame | null
      failure: Failure | null
      /** When the next frame is tried after a failure, if the server said so (milliseconds since 1970). */
      until: number | null
      /** Bytes of the model so far, and in total, while it is being loaded to run in this browser. */
      loading: { received: number; total: number } | null
    }
  | { name: 'paused' }
  | { name: 'failed'; error: CameraError }

const TOP_K = 10
/** Delay after a failure if the server doesn't request a longer one. Doubles with each that waiting won't fix. */
const RETRY_MS = 1000
const MAX_DOUBLINGS = 5

/** Nothing is wrong, and nothing is being loaded. */
const WELL = { failure: null, until: null, loading: null } as const

/**
 * Classifies camera frames one at a time. Owns the media stream: `close` turns the camera off, and so does hiding the
 * page.
 */
export class LiveCamera {
  private state: LiveState = { name: 'starting' }
  private readonly listeners = new Set<() => void>()
  private abortController: AbortController | null = null
  private facing: 'environment' | 'user' = 'environment'
  private readonly capture: FrameCapture
  /** Of the frame that is being classified, and of the wait after its failure. */
  private current = new AbortController()

  /**
   * @param model returns the model for the next frame
   * @param here whether to classify the next frame in this browser
   */
  constructor(
    private readonly video: HTMLVideoElement,
    private readonly model: () => string,
    private readonly here: () => boolean,
  ) {
    this.capture = new FrameCapture(video)
  }

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
      this.set({ name: 'running', frame: null, ...WELL })
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

  /** Goes on with the next frame at once: the visitor chose another model or place. */
  skipFrame(): void {
    this.current.abort()
  }

  close(): void {
    this.stop()
  }

  /** Captures the current frame at the camera's full resolution. */
  capturePhoto(): Promise<File> {
    return this.capture.photo()
  }

  private pause(): void {
    this.stop()
    this.set({ name: 'paused' })
  }

  private stop(): void {
    this.abortController?.abort()
    this.abortController = null
    this.current.abort()
    this.video.srcObject = null
  }

  private async loop(signal: AbortSignal): Promise<void> {
    const rate = new FrameRate()
    let failures = 0
    while (!signal.aborted) {
      await nextFrame(this.video)
      if (signal.aborted) return
      this.current = new AbortController()
      const { signal: skipped } = this.current
      try {
        const frame = await this.classifyFrame(skipped, rate)
        failures = 0
        if (!skipped.aborted) this.set({ name: 'running', frame, ...WELL })
      } catch (error) {
        if (skipped.aborted) continue
        rate.restart()
        await this.handleFailure(error as Failure, failures++, skipped)
      }
    }
  }

  private async classifyFrame(signal: AbortSignal, rate: FrameRate): Promise<LiveFrame> {
    const [model, here] = [this.model(), this.here()]
    rate.measure(`${here} ${model}`)
    const start = performance.now()
    const result = await (here ? runHere : classify)(await this.capture.frame(), {
      model,
      topK: TOP_K,
      signal,
      onProgress() {},
      onUploaded() {},
      onLoading: (received, total) => {
        if (signal.aborted) return
        rate.restart()
        this.set({ name: 'running', frame: this.frame, ...WELL, loading: { received, total } })
      },
    })
    const end = performance.now()
    return { result, latencyMs: end - start, framesPerSecond: rate.add(end) }
  }

  private get frame(): LiveFrame | null {
    return this.state.name === 'running' ? this.state.frame : null
  }

  /** Shows the failure next to the last result and waits as long as the server requests. */
  private async handleFailure(failure: Failure, earlier: number, signal: AbortSignal): Promise<void> {
    const passes = failure.retryAfterMs !== null || isServerAway(failure)
    const delay = passes
      ? Math.max(failure.retryAfterMs ?? 0, RETRY_MS)
      : RETRY_MS * 2 ** Math.min(earlier, MAX_DOUBLINGS)
    const until = failure.retryAfterMs === null ? null : Date.now() + delay
    this.set({ name: 'running', frame: this.frame, ...WELL, failure, until })
    await wait(delay, signal)
  }

  private set(state: LiveState): void {
    this.state = state
    for (const listener of this.listeners) listener()
  }
}
