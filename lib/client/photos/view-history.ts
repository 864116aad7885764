import { underBase, withoutBase } from '@/lib/shared/web/base-path'
import type { PhotoSession } from './photo-session'

/** What the classify page shows. */
export type View = { name: 'home' } | { name: 'photo'; id: number } | { name: 'camera' }

const HOME: View = { name: 'home' }
const PHOTO = /^#photo-(\d+)$/

/**
 * Keeps the view in the address, so that the browser's back button goes through what was looked at: `#photo-2`, `#camera`, nothing for the
 * start. The photos themselves stay in the session; an address of one that is gone is the start.
 */
export class ViewHistory {
  private view: View
  private selected: number | null
  private readonly listeners = new Set<() => void>()

  /** @param path of the page, which alone is its own */
  constructor(
    private readonly session: PhotoSession,
    private readonly path: string,
  ) {
    this.selected = session.snapshot().selected
    this.view = this.read()
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener)
    return () => this.listeners.delete(listener)
  }

  readonly snapshot = (): View => this.view

  readonly serverSnapshot = (): View => HOME

  /** Follows the session and the browser until the returned function is called. */
  connect(): () => void {
    const moved = () => this.moved()
    const leave = this.session.subscribe(() => this.sessionChanged())
    window.addEventListener('popstate', moved)
    // Links to this very page tell only the newer Navigation API.
    const navigation = 'navigation' in window ? (window.navigation as EventTarget) : null
    navigation?.addEventListener('currententrychange', moved)
    moved()
    return () => {
      leave()
      window.removeEventListener('popstate', moved)
      navigation?.removeEventListener('currententrychange', moved)
    }
  }

  show(id: number): void {
    this.session.select(id)
    this.go(`#photo-${id}`)
  }

  openCamera(): void {
    this.go('#camera')
  }

  /** Back to the photo that was looked at last, or to the start. */
  closeCamera(): void {
    const { selected } = this.session.snapshot()
    this.go(selected === null ? '' : `#photo-${selected}`)
  }

  /** A photo was added or taken away. */
  private sessionChanged(): void {
    // Photos of before a reload may have come back: the address may name one.
    this.moved()
    const { selected } = this.session.snapshot()
    if (selected === this.selected) return
    this.selected = selected
    if (this.view.name === 'camera') return
    this.go(selected === null ? '' : `#photo-${selected}`)
  }

  /** A new entry, or another address for this one where it shows nothing to come back to. */
  private go(hash: string): void {
    // What the start was asked for by its query is done; another page's query says what it shows.
    const search = this.path === '/' ? '' : location.search
    const stale = location.search !== search || (PHOTO.test(location.hash) && this.photoOf(location.hash) === null)
    // No state of our own: Next puts its own in.
    if (location.hash !== hash)
      history[stale ? 'replaceState' : 'pushState'](null, '', `${underBase(this.path)}${search}${hash}`)
    this.moved()
  }

  private moved(): void {
    if (withoutBase(location.pathname) !== this.path) return
    const view = this.read()
    if (JSON.stringify(view) === JSON.stringify(this.view)) return
    this.view = view
    if (view.name === 'photo' && view.id !== this.session.snapshot().selected) {
      this.selected = view.id
      this.session.select(view.id)
    }
    for (const listener of this.listeners) listener()
  }

  private read(): View {
    if (typeof window === 'undefined') return HOME
    if (location.hash === '#camera') return { name: 'camera' }
    const id = this.photoOf(location.hash)
    return id === null ? HOME : { name: 'photo', id }
  }

  private photoOf(hash: string): number | null {
    const id = Number(PHOTO.exec(hash)?.[1] ?? Number.NaN)
    return this.session.snapshot().photos.some((photo) => photo.id === id) ? id : null
  }
}
