const UNLISTED = /^(m-[0-9a-f]{32}$|device:)/

/**
 * Whether a model can only be used by people who know its ID, as visitors' own models, or only in this browser. The
 * lists of the server don't have it.
 */
export function isUnlisted(id: string): boolean {
  return UNLISTED.test(id)
}
