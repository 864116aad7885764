/**
 * Under which path the product is served: `/vision`, or empty for the root. It is part of what is built (Next's `basePath`): next.config.js and
 * scripts/build/bundle.mjs put it in the place of this name.
 */
export const BASE_PATH: string = process.env.BUILT_BASE_PATH ?? ''

/**
 * Where a path of the product is on its host, for whatever Next does not prefix itself: `/api/models` is `/vision/api/models`, and `/` is `/vision`.
 *
 * @param path that begins with a slash; a query or fragment may follow
 */
export function underBase(path: string): string {
  return BASE_PATH !== '' && /^\/(?![^?#])/.test(path) ? BASE_PATH + path.slice(1) : BASE_PATH + path
}

/** Whether a path, without query, is the base or below it. */
export function isUnderBase(path: string): boolean {
  return path === BASE_PATH || path.startsWith(`${BASE_PATH}/`)
}

/** The path of the product that a path of its host means. One without the prefix is taken as it is: a proxy may have taken it away. */
export function withoutBase(path: string): string {
  return BASE_PATH !== '' && isUnderBase(path) ? path.slice(BASE_PATH.length) || '/' : path
}
