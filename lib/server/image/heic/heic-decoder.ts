import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Worker } from 'node:worker_threads'
import { damaged } from '@/lib/shared/image/heic/libheif-errors'
import type { FromThread, HeicPicture, ToThread } from '@/lib/shared/image/heic/protocol'
import { Problem } from '@/lib/shared/problems/problem'

interface Task {
  message: ToThread
  resolve(picture: HeicPicture): void
  reject(error: unknown): void
  /** Removes the listener from the caller's signal. */
  settled(): void
}

export interface HeicDecoderOptions {
  /** Path of the built thread script. */
  script: string
  /** An idle thread ends after this time and releases its memory. */
  idleMs: number
  /** A photo that takes longer ends its thread. */
  timeoutMs: number
  /** Maximum number of photos that wait for the one being decoded. */
  maxWaiting: number
  /** WebAssembly memory never shrinks, so a thread that holds more than this after a photo ends at once. */
  maxHeldBytes: number
}

/**
 * Decodes HEIC in a thread that is started for the first photo. libheif cannot be interrupted and would block a process
 * for seconds; a thread that only runs WebAssembly can be terminated at any time.
 */
export class HeicDecoder {
  private thread: Worker | null = null
  private running: Task | null = null
  private readonly waiting: Task[] = []
  private timer: NodeJS.Timeout | undefined

  constructor(private readonly options: HeicDecoderOptions) {}

  /** Whether its thread is running. */
  get isRunning(): boolean {
    return this.thread !== null
  }

  /**
   * Decodes the primary image of a HEIC to 8 bits per channel.
   *
   * @throws Problem `unsupported_format`, `too_many_pixels`, `truncated_image`, `queue_full`, `deadline_exceeded`; the
   * reason of `signal`
   */
  async decode(message: ToThread, signal?: AbortSignal): Promise<HeicPicture> {
    signal?.throwIfAborted()
    if (this.waiting.length >= this.options.maxWaiting) {
      throw new Problem(
        'queue_full',
        `The queue is full: ${this.waiting.length} HEIC photos are waiting. Try again in a moment.`,
      )
    }
    return await new Promise((resolve, reject) => {
      const abort = () => this.withdraw(task, signal?.reason)
      const settled = () => signal?.removeEventListener('abort', abort)
      const task: Task = { message, resolve, reject, settled }
      signal?.addEventListener('abort', abort)
      this.waiting.push(task)
      this.next()
    })
  }

  /** Ends the thread; a photo in it fails. */
  close(): void {
    this.end(new Problem('shutting_down', 'The server is shutting down. Send the photo again.'))
  }

  private next(): void {
    if (this.running) return
    const task = this.waiting.shift()
    clearTimeout(this.timer)
    if (!task) {
      this.timer = setTimeout(() => this.end(null), this.options.idleMs).unref()
      this.thread?.unref()
      return
    }
    this.running = task
    this.thread ??= this.start()
    this.thread.ref()
    this.timer = setTimeout(() => this.end(timedOut(this.options.timeoutMs)), this.options.timeoutMs)
    this.thread.postMessage(task.message)
  }

  private start(): Worker {
    // The thread gets nothing from this process: neither its environment, which contains secrets, nor its options.
    const thread = new Worker(this.options.script, { name: 'heic', env: {}, execArgv: [] })
    const ifCurrent = (act: () => void) => this.thread === thread && act()
    thread.on('message', (response: FromThread) => ifCurrent(() => this.finish(response)))
    thread.on('error', (error) => ifCurrent(() => this.end(damaged(error.message))))
    thread.on('exit', () => ifCurrent(() => this.end(damaged('the decoder stopped'))))
    return thread
  }

  private finish(response: FromThread): void {
    const task = this.running
    this.running = null
    if (response.heldBytes > this.options.maxHeldBytes) this.end(null)
    task?.settled()
    if (response.kind === 'decoded') task?.resolve(response.picture)
    else task?.reject(new Problem(response.code, response.detail))
    this.next()
  }

  private withdraw(task: Task, reason: unknown): void {
    if (this.running === task) this.end(reason)
    const at = this.waiting.indexOf(task)
    if (at < 0) return
    this.waiting.splice(at, 1)
    task.settled()
    task.reject(reason)
  }

  /** Ends the thread and fails the photo in it, if there is one. The next photo gets a new thread. */
  private end(reason: unknown): void {
    const { thread, running } = this
    this.thread = null
    this.running = null
    clearTimeout(this.timer)
    void thread?.terminate()
    running?.settled()
    running?.reject(reason)
    if (this.waiting.length > 0) this.next()
  }
}

function timedOut(ms: number): Problem {
  return new Problem(
    'deadline_exceeded',
    `Decoding the HEIC photo took longer than ${ms / 1000} s. Convert it to JPEG.`,
  )
}

/** The built thread script: next to the running bundle, or in the project's build folder in development and tests. */
export function threadScript(): string {
  const here = dirname(fileURLToPath(import.meta.url))
  const root = process.cwd()
  const folders = [
    here,
    join(/* turbopackIgnore: true */ root, 'dist'),
    join(/* turbopackIgnore: true */ root, 'dist/dev'),
  ]
  const scripts = folders.map((folder) => join(/* turbopackIgnore: true */ folder, 'heic-thread.js'))
  const found = scripts.find((script) => existsSync(script))
  if (found === undefined) throw new Error('heic-thread.js is not built: run `npm run build`')
  return found
}
