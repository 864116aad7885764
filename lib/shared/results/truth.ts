/** The true labels of a row in one line, as `saysOf` has those that apply. Empty if it has none, null if that is unknown. */
export function truthOf({ truth = null }: { truth?: string | readonly string[] | null }): string | null {
  return truth === null || typeof truth === 'string' ? truth : [...truth].sort().join(', ')
}
