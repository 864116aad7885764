/** The look of the button, which is there twice: alone, and as the one that the panel hangs on. */
export const PREFERENCES_BUTTON =
  'grid size-10 shrink-0 place-items-center rounded-card text-ink-2 hover:bg-sunk hover:text-ink data-popup-open:bg-sunk'
