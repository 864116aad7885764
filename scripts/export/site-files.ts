import { LOCALES } from '@/lib/shared/i18n/locales'
import { pages } from '@/lib/shared/offline/pages.json'
import { PAGE_PATHS, pageNeedsServer } from '@/lib/shared/web/page-needs-server'

/** The languages of the pages, the one that all others fall back to first. */
export const LANGUAGES = Object.keys(LOCALES) as (keyof typeof LOCALES)[]

type Language = (typeof LANGUAGES)[number]

/** A page in one language, and the file that it is written to. */
export interface PageFile {
  /** Path of the page below the base path, such as `/models`; null for the page that hosts show for unknown paths. */
  path: string | null
  language: Language
  file: string
}

/**
 * The pages of the export. A folder with an `index.html` is what all hosts of files understand. Other languages than the
 * first are beside each page, which leads there.
 */
export function pageFiles(): PageFile[] {
  const pages = PAGE_PATHS.filter((path) => !pageNeedsServer(path)).flatMap((path) =>
    LANGUAGES.map((language) => ({ path, language, file: `${folderOf(path, language)}index.html`.slice(1) })),
  )
  return [...pages, { path: null, language: 'en', file: '404.html' }]
}

/** The pages in other languages than the first that work without a network, as the service worker names them. */
export function translations(): string[] {
  return pages.flatMap((path) => LANGUAGES.slice(1).map((language) => folderOf(path, language).slice(0, -1)))
}

/** The folder of a page, with slashes at both ends. */
export function folderOf(path: string, language: Language): string {
  if (language === LANGUAGES[0]) return path === '/' ? '/' : `${path}/`
  return `${path === '/' ? '/home' : path}-${language}/`
}

/**
 * The responses of the API that the pages ask for, by the names that the pages know.
 *
 * @param models what `GET /api/models` lists
 * @returns path of each response, and of its file if that is another one
 */
export function apiFiles(models: readonly { id: string; type: string | null }[]): { path: string; file?: string }[] {
  const names = models.flatMap(({ id, type }) => (type === null ? [id] : [id, type]))
  return [
    // A folder has this name.
    { path: '/api/models', file: '/api/models.json' },
    ...names.flatMap((name) => [{ path: `/api/models/${name}/device` }, { path: `/api/models/${name}/labels` }]),
    ...models.map(({ id }) => ({ path: `/api/models/${id}/graph` })),
    { path: '/api/gallery' },
    // Pages ask whether they can be opened.
    { path: '/health/live' },
    { path: '/health/ready' },
    { path: '/manifest.webmanifest' },
  ]
}
