import { underBase, withoutBase } from '@/lib/shared/web/base-path'
import type { PhotoSession } from './photo-session'

/** The current view of the classify page. */
export type View = { name: 'home' } | { name: 'photo'; id: number } | { name: 'overview' } | { name: 'camera' }

const HOME: View = { name: 'home' }
const PHOTO = /^#photo-(\d+)$/
/** The strip shows this many photos. Adding more at once opens the overview instead of the first photo. */
export const MANY_PHOTOS = 12

/**
 * Keeps the view in the URL fragment, so that the browser's back button steps through earlier views: `#photo-2`,
 * `#all`, `#camera`, none for the start page. The photos stay in the session; the fragment of a removed photo shows the start
 * page.
 */
export class ViewHistory {
  private view: View
  private selected: number | null
  private count: number
  private readonly listeners = new Set<() => void>()

  /** @param path the path of the page; other pages are left alone */
  constructor(
    private readonly session: PhotoSession,
    private readonly path: string,
  ) {
    const { selected, photos } = session.snapshot()
    this.selected = selected
    this.count = photos.length
    this.view = this.viewFromLocation()
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener)
    return () => this.listeners.delete(listener)
  }

  readonly snapshot = (): View => this.view

  readonly serverSnapshot = (): View => HOME

  /** Follows the session and the browser's location until the returned function is called. */
  connect(): () => void {
    const sync = () => this.syncFromLocation()
    const unsubscribe = this.session.subscribe(() => this.handleSessionChange())
    window.addEventListener('popstate', sync)
    // Links to the same page are only reported by the newer Navigation API.
    const navigation = 'navigation' in window ? (window.navigation as EventTarget) : null
    navigation?.addEventListener('currententrychange', sync)
    sync()
    return () => {
      unsubscribe()
      window.removeEventListener('popstate', sync)
      navigation?.removeEventListener('currententrychange', sync)
    }
  }

  show(id: number): void {
    this.session.select(id)
    this.navigate(`#photo-${id}`)
  }

  showAll(): void {
    this.navigate('#all')
  }

  openCamera(): void {
    this.navigate('#camera')
  }

  /** Returns to the most recent photo or the start page. */
  closeCamera(): void {
    const { selected } = this.session.snapshot()
    this.navigate(selected === null ? '' : `#photo-${selected}`)
  }

  /** A photo was added, selected or removed. */
  private handleSessionChange(): void {
    // Photos from before a reload may have been restored, and the URL may refer to one of them.
    this.syncFromLocation()
    const { selected, photos } = this.session.snapshot()
    const added = photos.length - this.count
    this.count = photos.length
    if (selected === this.selected) return
    this.selected = selected
    if (this.view.name === 'camera' || (this.view.name === 'overview' && selected !== null)) return
    const many = added > MANY_PHOTOS && this.path === '/'
    this.navigate(many ? '#all' : selected === null ? '' : `#photo-${selected}`)
  }

  /** Adds a history entry, or replaces the current one if going back to it would show nothing. */
  private navigate(hash: string): void {
    // On the start page, the query has been processed by now; on other pages, it determines the content.
    const search = this.path === '/' ? '' : location.search
    const stale = location.search !== search || (PHOTO.test(location.hash) && this.photoIdOf(location.hash) === null)
    // No state object: Next.js adds its own.
    if (location.hash !== hash)
      history[stale ? 'replaceState' : 'pushState'](null, '', `${underBase(this.path)}${search}${hash}`)
    this.syncFromLocation()
  }

  private syncFromLocation(): void {
    if (withoutBase(location.pathname) !== this.path) return
    const view = this.viewFromLocation()
    if (JSON.stringify(view) === JSON.stringify(this.view)) return
    this.view = view
    if (view.name === 'photo' && view.id !== this.session.snapshot().selected) {
      this.selected = view.id
      this.session.select(view.id)
    }
    for (const listener of this.listeners) listener()
  }

  private viewFromLocation(): View {
    if (typeof window === 'undefined') return HOME
    if (location.hash === '#camera') return { name: 'camera' }
    if (location.hash === '#all' && this.session.snapshot().photos.length > 0) return { name: 'overview' }
    const id = this.photoIdOf(location.hash)
    return id === null ? HOME : { name: 'photo', id }
  }

  private photoIdOf(hash: string): number | null {
    const id = Number(PHOTO.exec(hash)?.[1] ?? Number.NaN)
    return this.session.snapshot().photos.some((photo) => photo.id === id) ? id : null
  }
}
