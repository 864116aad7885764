/** The icon buttons of the header. Each is rendered twice: alone, and as the trigger of the panel that it opens. */
export const HEADER_BUTTON =
  'grid size-10 shrink-0 place-items-center rounded-card text-ink-2 hover:bg-sunk hover:text-ink data-popup-open:bg-sunk'
