const unsaved = new Set<Promise<unknown>>()

/** Puts off the reload that isolates the page until photos are where the next page finds them. */
export function reloadAfter(saving: Promise<unknown>): void {
  unsaved.add(saving)
  // A failure is still reported as one that nobody handled.
  void saving.finally(() => unsaved.delete(saving))
}

/** Resolves when nothing puts off the reload anymore. */
export async function allSaved(): Promise<void> {
  while (unsaved.size > 0) await Promise.allSettled(unsaved)
}
