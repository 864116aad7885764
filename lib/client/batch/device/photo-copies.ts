import type { BatchPhotos } from '../photos'
import type { DeviceState } from './device-state'
import type { Keeper } from './keeper'

/** Room that is left for the results, thumbnails, and models. */
const SPARE_BYTES = 64_000_000

/** Keeps the photos of a batch that wait, in order, until they have results: a closed tab goes on without asking for them. */
export class PhotoCopies {
  private readonly queue: number[] = []
  private readonly copied = new Set<number>()
  private running = false
  private room: number | null = null
  private full = false
  private closed = false

  constructor(
    private readonly keeper: Pick<Keeper, 'copy' | 'read' | 'drop'>,
    private readonly photos: BatchPhotos,
    private readonly onChange: (state: Pick<DeviceState, 'keeping' | 'toKeep' | 'room'>) => void,
  ) {}

  /** Keeps the photos that were added, if there is room for all of them. */
  async add(): Promise<void> {
    const queued = new Set(this.queue)
    const waiting = this.photos.items.filter(({ index }) => this.waits(index) && !queued.has(index))
    const bytes = waiting.reduce((sum, { size }) => sum + (size ?? 0), 0)
    this.room = await roomLeft()
    if (this.room !== null && bytes > this.room) this.full = true
    else this.queue.push(...waiting.map(({ index }) => index))
    this.report()
    if (!this.running) await this.run()
  }

  /** Notes a photo that an earlier visit kept. */
  note(index: number): void {
    this.copied.add(index)
  }

  /** The copy of a photo; null if there is none. */
  async read(index: number): Promise<File | null> {
    return this.copied.has(index) ? this.keeper.read(index).catch(() => null) : null
  }

  /** Deletes the copy of a photo that has its result. */
  async drop(index: number): Promise<void> {
    if (this.copied.delete(index)) await this.keeper.drop(index)
  }

  /** Copies no more. */
  close(): void {
    this.closed = true
    this.queue.length = 0
  }

  private async run(): Promise<void> {
    this.running = true
    for (let index = this.queue.shift(); index !== undefined; index = this.queue.shift()) {
      if (this.waits(index)) await this.copy(index)
      this.report()
    }
    this.running = false
    this.report()
  }

  private async copy(index: number): Promise<void> {
    try {
      const file = await this.photos.source(index)?.open()
      if (file === undefined || this.closed) return
      await this.keeper.copy(index, file)
      this.copied.add(index)
      // It got its result meanwhile.
      if (!this.isOpen(index)) await this.drop(index)
    } catch (error) {
      // A photo that can't be read fails when it is its turn.
      if ((error as Error).name !== 'QuotaExceededError') return
      this.full = true
      this.queue.length = 0
    }
  }

  private waits(index: number): boolean {
    return this.isOpen(index) && !this.copied.has(index)
  }

  /** Whether a photo has no result yet. */
  private isOpen(index: number): boolean {
    const state = this.photos.items[index]?.state
    return state === 'waiting' || state === 'running'
  }

  private report(): void {
    if (this.closed) return
    const toKeep = this.queue.length + (this.running ? 1 : 0)
    this.onChange({ keeping: this.full ? 'no_room' : toKeep > 0 ? 'copying' : 'kept', toKeep, room: this.room })
  }
}

/** Bytes that this browser has room for; null if it doesn't say. */
async function roomLeft(): Promise<number | null> {
  const { quota, usage = 0 } = await navigator.storage.estimate().catch(() => ({ quota: undefined, usage: 0 }))
  return quota === undefined ? null : Math.max(0, quota - usage - SPARE_BYTES)
}
