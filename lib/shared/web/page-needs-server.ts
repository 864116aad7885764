/**
 * The pages of the site, and whether each needs a server that runs models. A page that doesn't works as well where only
 * browsers run them: on a server with `INFERENCE=browser`, and in the folder that `npm run export` writes.
 */
const NEEDS_SERVER = {
  '/': false,
  '/about': false,
  '/api-docs': true,
  '/batch': false,
  '/compare': false,
  '/gallery': false,
  '/history': false,
  '/models': false,
  '/offline': false,
  '/result': false,
  '/train': false,
  '/usage': true,
} as const

export type PagePath = keyof typeof NEEDS_SERVER

/** The paths of all pages. */
export const PAGE_PATHS = Object.keys(NEEDS_SERVER) as PagePath[]

/** Whether a page needs a server that runs models. Without one, the site has no such page. */
export function pageNeedsServer(path: PagePath): boolean {
  return NEEDS_SERVER[path]
}
