import { BASE_PATH } from '@/lib/shared/web/base-path'

/** Whether this browser keeps a draft. Unlike IndexedDB, this can be read before the first paint. */
export const DRAFT_HINT = `vision-training${BASE_PATH}`

/** Remembers whether this browser keeps a draft. */
export function setDraftHint(exists: boolean): void {
  try {
    if (exists) localStorage.setItem(DRAFT_HINT, '1')
    else localStorage.removeItem(DRAFT_HINT)
  } catch {
    // Without storage there is no draft either.
  }
}

/** Tells the styles, as the script of the page does where the server rendered it. */
export function applyDraftHint(): void {
  try {
    if (localStorage.getItem(DRAFT_HINT)) document.documentElement.dataset.draft = ''
  } catch {
    // As above.
  }
}
