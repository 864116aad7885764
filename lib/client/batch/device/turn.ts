import type { Job } from '@/lib/shared/contract/jobs'
import type { ResultRow } from '@/lib/shared/results/columns'
import { BASE_PATH } from '@/lib/shared/web/base-path'
import type { Failure } from '../../api/failure'
import type { DeviceState } from './device-state'

/** What the page that runs a batch tells the others. */
export interface News {
  job: Job
  paused: boolean
  issue: Failure | null
  device: DeviceState
  /** Results since the last news; all of them for a page that has just joined. */
  rows: readonly ResultRow[]
}

/** What other pages ask the one that runs a batch. */
export type Wish = 'news' | 'pause' | 'resume' | 'cancel' | 'retry'

export interface TurnListener {
  /** It is this page's turn. */
  onTurn(): void
  onNews(news: News): void
  onWish(wish: Wish): void
}

type Message = { news: News } | { wish: Wish }

/** The lock of the page that runs a batch. */
export const turnLock = (id: string) => `vision-device-batch${BASE_PATH} ${id}`

/** Decides by a lock which page of this browser runs a batch, and connects it with the others. */
export class Turn {
  private readonly channel: BroadcastChannel
  private held: AbortController | null = null

  constructor(
    private readonly id: string,
    private readonly listener: TurnListener,
  ) {
    this.channel = new BroadcastChannel(turnLock(id))
    this.channel.onmessage = ({ data }: MessageEvent<Message>) => {
      // A page may be told what another one asked while the turn changed.
      if ('news' in data) this.mine || listener.onNews(data.news)
      else if (this.mine) listener.onWish(data.wish)
    }
  }

  /** Whether it is this page's turn. */
  mine = false

  /** Takes the turn if no page has it, or else waits for it. Returns whether it is this page's turn now. */
  async take(): Promise<boolean> {
    // Plain HTTP has no locks, and can't run models either.
    if (!globalThis.navigator?.locks) this.mine = true
    if (this.mine) return true
    const held = new AbortController()
    this.held = held
    const free = await new Promise<boolean>((resolve) => {
      const hold = (lock: Lock | null) => {
        resolve(lock !== null)
        return lock === null ? undefined : untilAborted(held.signal)
      }
      navigator.locks.request(turnLock(this.id), { ifAvailable: true }, hold).catch(() => resolve(false))
    })
    this.mine = free && !held.signal.aborted
    if (!this.mine) void this.wait(held.signal)
    return this.mine
  }

  tell(news: News): void {
    this.channel.postMessage({ news } satisfies Message)
  }

  ask(wish: Wish): void {
    this.channel.postMessage({ wish } satisfies Message)
  }

  /** Lets another page have the turn, or waits for it no longer. */
  release(): void {
    this.mine = false
    this.held?.abort()
    this.held = null
  }

  dispose(): void {
    this.release()
    this.channel.close()
  }

  private async wait(signal: AbortSignal): Promise<void> {
    const hold = () => {
      this.mine = true
      this.listener.onTurn()
      return untilAborted(signal)
    }
    // Rejects if it waits no longer.
    await navigator.locks.request(turnLock(this.id), { signal }, hold).catch(() => {})
  }
}

function untilAborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve()
    signal.addEventListener('abort', () => resolve())
  })
}
