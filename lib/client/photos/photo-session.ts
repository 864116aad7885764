import type { Classification } from '@/lib/shared/contract/contract'
import type { ClassifyCall } from '../api/classify'
import type { Failure } from '../api/failure'
import type { SubmittedVote } from '../api/feedback'
import type { Prepared, PrepareOptions } from './prepare-photo'

/** Where one photo stands with one model. */
export type Phase =
  | { name: 'waiting' }
  /** Converted or made smaller in this browser. */
  | { name: 'preparing' }
  | { name: 'uploading'; sent: number; total: number }
  | { name: 'running' }
  /** The server was busy and is asked again then (milliseconds since 1970). */
  | { name: 'busy'; until: number }
  | { name: 'answered'; result: Classification }
  | { name: 'failed'; failure: Failure }

export interface Photo {
  id: number
  /** Of the file; null where it has none. */
  name: string
  /** As the visitor gave it. */
  file: Blob
  /** Object URL for the preview: of the file, or of what this browser made of it. */
  url: string
  /** Whose picture it is, for the samples that want it said. */
  credit: string | null
  /** What is sent of it, once that is known. */
  prepared: Prepared | null
  /** Whether it goes to the server as it is, however large. */
  asIs: boolean
  /** By model, so that going back to a model shows its answer at once. */
  phases: Readonly<Record<string, Phase>>
  /** What the visitor said of the answers, by model. */
  votes: Readonly<Record<string, SubmittedVote>>
}

/** A photo as it was before a reload. Its phases are answers. */
export type RestoredPhoto = Omit<Photo, 'url'>

export interface Snapshot {
  /** Whether photos of before a reload may still come back. */
  restoring: boolean
  photos: readonly Photo[]
  selected: number | null
  model: string
  /** Whether large photos are made smaller before the upload. */
  reduce: boolean
}

export interface SessionOptions {
  model: string
  maxBytes: number
  reduce?: boolean
  /** What there was before a reload, where `restore` will be called: the model, and the highest number of a photo. */
  former?: { model: string; last: number } | null
  /** @throws Failure */
  prepare(file: Blob, options: PrepareOptions): Promise<Prepared>
  send(file: Blob, call: ClassifyCall): Promise<Classification>
  /** Told of each answer, for the history. */
  answered?(photo: Photo, result: Classification): void
}

/** Predictions asked for; the page shows fewer, as the visitor likes, without another request. */
const TOP_K = 10
/** Uploads at once: the second one hides the round trip of the first. */
const PARALLEL = 2
/** Times that a busy server is asked again before the visitor is. */
const MAX_RETRIES = 3
const DEFAULT_RETRY_MS = 1000

interface Job {
  id: number
  model: string
  retries: number
}

/**
 * The photos of one visit and their answers. Adding a photo never touches an earlier one. Holds the object URLs,
 * the uploads and their order; a page subscribes to its snapshots.
 */
export class PhotoSession {
  private readonly first: Snapshot
  private state: Snapshot
  private nextId: number
  private readonly jobs: Job[] = []
  private readonly running = new Map<string, AbortController>()
  private readonly listeners = new Set<() => void>()

  constructor(private readonly options: SessionOptions) {
    const { model, reduce = true, former = null } = options
    this.first = { photos: [], selected: null, model, reduce, restoring: false }
    this.state = { ...this.first, model: former?.model ?? model, restoring: former !== null }
    this.nextId = (former?.last ?? 0) + 1
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener)
    return () => this.listeners.delete(listener)
  }

  readonly snapshot = (): Snapshot => this.state

  /** What the server renders: nothing is there yet. */
  readonly serverSnapshot = (): Snapshot => this.first

  /** Puts photos of before a reload in front of those that were added since. */
  restore(photos: readonly RestoredPhoto[]): void {
    const since = this.state.photos
    const restored = photos.filter(({ id }) => since.every((photo) => photo.id !== id)).map(withUrl)
    this.nextId = Math.max(this.nextId, ...restored.map(({ id }) => id + 1))
    this.change({ restoring: false, photos: [...restored, ...since] })
    for (const { id } of restored) this.request(id)
  }

  /** Adds photos, selects the first of them and asks for their answers in order. */
  add(files: readonly Blob[], credit: string | null = null): void {
    const photos = files.map((file) => ({
      id: this.nextId++,
      name: file instanceof File ? file.name : 'photo',
      file,
      url: URL.createObjectURL(file),
      credit,
      prepared: null,
      asIs: false,
      phases: {},
      votes: {},
    }))
    const [first] = photos
    if (!first) return
    this.change({ photos: [...this.state.photos, ...photos], selected: first.id })
    for (const { id } of photos) this.request(id)
  }

  select(id: number): void {
    this.change({ selected: id })
    this.request(id)
  }

  setModel(model: string): void {
    this.change({ model })
    if (this.state.selected !== null) this.request(this.state.selected)
  }

  /** For the photos that come from now on. */
  setReduce(reduce: boolean): void {
    this.change({ reduce })
  }

  /** Asks again with the photo as it is. */
  sendOriginal(id: number): void {
    this.setPhoto(id, { asIs: true, prepared: null, phases: {}, votes: {} })
    this.request(id)
  }

  retry(id: number): void {
    this.setPhase({ id, model: this.state.model }, null)
    this.request(id)
  }

  /** Notes what the visitor said of an answer. */
  setVote(id: number, model: string, vote: SubmittedVote): void {
    this.setPhoto(id, { votes: { ...this.photo(id)?.votes, [model]: vote } })
  }

  /** Asks for the answer of a photo by any model, once; `again` after a failure. */
  ask(id: number, model: string, { again = false } = {}): void {
    if (again) this.setPhase({ id, model }, null)
    this.request(id, model)
  }

  /** Asks again for what failed because there was no connection. */
  retryOffline(): void {
    for (const { id, phases } of this.state.photos) {
      const phase = phases[this.state.model]
      if (phase?.name === 'failed' && phase.failure.code === 'offline') this.retry(id)
    }
  }

  /** Takes a photo away with whatever still runs for it; the neighbour is selected. */
  remove(id: number): void {
    const at = this.state.photos.findIndex((photo) => photo.id === id)
    const photo = this.state.photos[at]
    if (!photo) return
    for (const model of Object.keys(photo.phases)) this.running.get(key({ id, model }))?.abort()
    URL.revokeObjectURL(photo.url)
    const photos = this.state.photos.filter((other) => other.id !== id)
    const neighbour = photos[Math.min(at, photos.length - 1)]
    const selected = this.state.selected === id ? (neighbour?.id ?? null) : this.state.selected
    this.change({ photos, selected })
    if (selected !== null) this.request(selected)
  }

  /** Ends everything that runs and frees the previews. */
  dispose(): void {
    for (const controller of this.running.values()) controller.abort()
    for (const { url } of this.state.photos) URL.revokeObjectURL(url)
  }

  /** Asks for the answer of a photo, unless there is one or one is on its way. */
  private request(id: number, model = this.state.model): void {
    const job = { id, model, retries: 0 }
    const photo = this.photo(id)
    if (!photo || photo.phases[job.model]) return
    this.setPhase(job, { name: 'waiting' })
    this.jobs.push(job)
    this.pump()
  }

  private pump(): void {
    while (this.running.size < PARALLEL) {
      const job = this.jobs.shift()
      if (!job) return
      if (this.photo(job.id)) void this.run(job)
    }
  }

  private async run(job: Job): Promise<void> {
    const controller = new AbortController()
    this.running.set(key(job), controller)
    try {
      const file = await this.upload(job)
      if (controller.signal.aborted) return
      const result = await this.options.send(file, {
        model: job.model,
        topK: TOP_K,
        signal: controller.signal,
        onProgress: (sent, total) => this.setPhase(job, { name: 'uploading', sent, total }),
        onUploaded: () => this.setPhase(job, { name: 'running' }),
      })
      this.setPhase(job, { name: 'answered', result })
      const photo = this.photo(job.id)
      if (photo) this.options.answered?.(photo, result)
    } catch (error) {
      this.failed(job, error as Failure)
    } finally {
      this.running.delete(key(job))
      this.pump()
    }
  }

  /**
   * What is sent of a photo. Made once, then kept for other models.
   *
   * @throws Failure
   */
  private async upload(job: Job): Promise<Blob> {
    const photo = this.photo(job.id)
    const { maxBytes } = this.options
    if (!photo) throw new Error('the photo was taken away')
    let { prepared } = photo
    if (!prepared) {
      this.setPhase(job, { name: 'preparing' })
      const asked = { maxBytes, reduce: this.state.reduce && !photo.asIs }
      prepared = await this.options.prepare(photo.file, asked)
      this.setPhoto(job.id, { prepared, ...(prepared.converted ? { url: this.newUrl(photo, prepared.file) } : {}) })
    }
    // Said before the upload what the server would say after it.
    if (prepared.file.size > maxBytes) throw tooLarge(prepared.file.size, maxBytes)
    return prepared.file
  }

  /** The preview of what this browser made of a photo that it cannot show as it is. */
  private newUrl({ id, url }: Photo, file: Blob): string {
    if (!this.photo(id)) return url
    URL.revokeObjectURL(url)
    return URL.createObjectURL(file)
  }

  private failed(job: Job, failure: Failure): void {
    if (failure.retryAfterMs === null || job.retries >= MAX_RETRIES) {
      this.setPhase(job, { name: 'failed', failure: inOurWords(failure, this.photo(job.id)) })
      return
    }
    const wait = Math.max(failure.retryAfterMs, DEFAULT_RETRY_MS)
    this.setPhase(job, { name: 'busy', until: Date.now() + wait })
    setTimeout(() => {
      this.jobs.push({ ...job, retries: job.retries + 1 })
      this.pump()
    }, wait)
  }

  private photo(id: number): Photo | undefined {
    return this.state.photos.find((photo) => photo.id === id)
  }

  private setPhase({ id, model }: { id: number; model: string }, phase: Phase | null): void {
    const { [model]: _, ...others } = this.photo(id)?.phases ?? {}
    this.setPhoto(id, { phases: phase ? { ...others, [model]: phase } : others })
  }

  private setPhoto(id: number, part: Partial<Photo>): void {
    this.change({ photos: this.state.photos.map((photo) => (photo.id === id ? { ...photo, ...part } : photo)) })
  }

  private change(part: Partial<Snapshot>): void {
    this.state = { ...this.state, ...part }
    for (const listener of this.listeners) listener()
  }
}

/** Damage to the server; to who has an iPhone, HEIC that neither the browser nor the server can read, and what to do about it. */
function inOurWords(failure: Failure, photo: Photo | undefined): Failure {
  const unread = failure.code === 'truncated_image' || failure.code === 'unsupported_format'
  if (!unread || !photo?.prepared?.leftToServer) return failure
  return { code: 'heic_unreadable', retryable: false, retryAfterMs: null }
}

function withUrl(photo: RestoredPhoto): Photo {
  const { prepared, file } = photo
  return { ...photo, url: URL.createObjectURL(prepared?.converted ? prepared.file : file) }
}

function key({ id, model }: { id: number; model: string }): string {
  return `${id} ${model}`
}

function tooLarge(size: number, limit: number): Failure {
  return { code: 'too_large_here', values: { size, limit }, retryable: false, retryAfterMs: null }
}
