/** What scripts/build/service-worker.mjs found in the build that this service worker belongs to. */
interface Build {
  /** Changes whenever one of the files or this service worker changes. */
  version: string
  /** The path that the app is served under: `/vision`, or empty. */
  base: string
  /** Paths of the pages that are kept, below `base`. */
  pages: readonly string[]
  /** Paths of the files that those pages need, below `base`. */
  files: readonly string[]
}

declare const OFFLINE_BUILD: Build

/** The build that this service worker belongs to. */
export const build: Build = OFFLINE_BUILD
