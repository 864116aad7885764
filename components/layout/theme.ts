export type Theme = 'system' | 'light' | 'dark'

const KEY = 'theme'

/** What the visitor chose; `system` where they did not. */
export function storedTheme(): Theme {
  const chosen = document.documentElement.dataset.choice ?? readStored()
  return chosen === 'light' || chosen === 'dark' ? chosen : 'system'
}

/** Keeps a choice and shows it at once; the script in the head follows the event, as it follows the system. */
export function applyTheme(theme: Theme): void {
  document.documentElement.dataset.choice = theme
  try {
    localStorage.setItem(KEY, theme)
  } catch {
    // Private windows may refuse storage; the theme then lasts as long as the page.
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
