'use client'

import { Moon, Sun } from 'lucide-react'

function toggle(): void {
  const root = document.documentElement
  const theme = root.dataset.theme === 'dark' ? 'light' : 'dark'
  root.dataset.theme = theme
  try {
    localStorage.setItem('theme', theme)
  } catch {
    // Private windows may refuse storage; the theme then lasts as long as the page.
  }
}

/** Switches between light and dark. Both icons are drawn and CSS shows one, so that server and browser agree. */
export function ThemeToggle() {
  return (
    <button
      type="button"
      onClick={toggle}
      aria-label="Switch between light and dark"
      className="grid size-10 place-items-center rounded-card text-ink-2 hover:bg-sunk hover:text-ink"
    >
      <Sun aria-hidden className="hidden size-4 [[data-theme=dark]_&]:block" />
      <Moon aria-hidden className="size-4 [[data-theme=dark]_&]:hidden" />
    </button>
  )
}
