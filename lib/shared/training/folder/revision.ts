/** What determines a custom model's predictions, and so its revision. */
export const REVISION_FILES = ['config.json', 'head.safetensors'] as const

/**
 * The text whose SHA-256 is the revision of a custom model.
 *
 * @param digests SHA-256 of each of `REVISION_FILES` in hex, in their order
 */
export function revisionText(digests: readonly string[]): string {
  return REVISION_FILES.map((name, at) => `${digests[at]}  ${name}\n`).join('')
}
