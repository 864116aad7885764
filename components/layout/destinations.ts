import type { PagePath } from '@/lib/shared/web/page-needs-server'

/** A page that the navigation names, by its path and its key in the `site` messages. */
export interface Destination {
  href: PagePath
  name: 'classify' | 'compare' | 'gallery' | 'history' | 'batch' | 'train' | 'models' | 'api'
}

const CLASSIFY: Destination = { href: '/', name: 'classify' }

/** Pages about a single photo. They belong to Classify. */
export const PHOTO_PAGES: readonly Destination[] = [
  { href: '/compare', name: 'compare' },
  { href: '/gallery', name: 'gallery' },
  { href: '/history', name: 'history' },
]

/** What a server may offer besides classifying. */
export interface Offers {
  /** Whether the server runs models. */
  server: boolean
  batches: boolean
  training: boolean
}

/** The main pages, in the order in which the header and the menu show them. */
export function mainPages({ server, batches, training }: Offers): readonly Destination[] {
  return [
    CLASSIFY,
    ...(batches ? [{ href: '/batch', name: 'batch' } as const] : []),
    ...(training ? [{ href: '/train', name: 'train' } as const] : []),
    { href: '/models', name: 'models' },
    ...(server ? [{ href: '/api-docs', name: 'api' } as const] : []),
  ]
}

/** Whether a path belongs to Classify: its own page or one about a single photo. */
function isPhotoPath(path: string): boolean {
  return path === CLASSIFY.href || PHOTO_PAGES.some(({ href }) => href === path)
}

/** `page` for the page itself, `true` for the section that it belongs to: a value of `aria-current`. */
export function currentState({ href }: Destination, path: string): 'page' | 'true' | undefined {
  if (href === path) return 'page'
  return href === CLASSIFY.href && isPhotoPath(path) ? 'true' : undefined
}

export interface SiteMenuProps {
  pages: readonly Destination[]
  /** The current page. */
  path: string
}
