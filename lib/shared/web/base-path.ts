/**
 * The path under which the app is served: `/vision`, or empty for the root. It is fixed at build time (Next.js's
 * `basePath`): next.config.js and scripts/build/bundle.mjs replace this variable.
 */
export const BASE_PATH: string = process.env.BUILT_BASE_PATH ?? ''

/**
 * Adds the base path to a path that Next.js doesn't prefix itself: `/api/models` becomes `/vision/api/models`, and `/`
 * becomes `/vision`.
 *
 * @param path starts with a slash; a query or fragment may follow
 */
export function underBase(path: string): string {
  return BASE_PATH !== '' && /^\/(?![^?#])/.test(path) ? BASE_PATH + path.slice(1) : BASE_PATH + path
}

/** Whether a path without a query is the base path or below it. */
export function isUnderBase(path: string): boolean {
  return path === BASE_PATH || path.startsWith(`${BASE_PATH}/`)
}

/** Removes the base path. A path without it stays as it is: a proxy may have stripped it. */
export function withoutBase(path: string): string {
  return BASE_PATH !== '' && isUnderBase(path) ? path.slice(BASE_PATH.length) || '/' : path
}
