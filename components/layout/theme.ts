export type Theme = 'system' | 'light' | 'dark'

const KEY = 'theme'

/** The visitor's choice; `system` by default. */
export function storedTheme(): Theme {
  const chosen = document.documentElement.dataset.choice ?? readStored()
  return chosen === 'light' || chosen === 'dark' ? chosen : 'system'
}

/** Stores a choice and applies it at once: the script in the head listens for the event, as it does for the system's. */
export function applyTheme(theme: Theme): void {
  document.documentElement.dataset.choice = theme
  try {
    localStorage.setItem(KEY, theme)
  } catch {
    // Private windows may refuse storage. The theme then lasts as long as the page.
  }
  window.dispatchEvent(new Event('themechange'))
}

function readStored(): string | null {
  try {
    return localStorage.getItem(KEY)
  } catch {
    return null
  }
}
