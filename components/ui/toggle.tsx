import { Check } from 'lucide-react'
import type { ReactNode } from 'react'

interface ToggleProps {
  pressed: boolean
  onToggle(): void
  children: ReactNode
}

/** A chip that is on or off; the check mark says so without color. */
export function Toggle({ pressed, onToggle, children }: ToggleProps) {
  return (
    <button
      type="button"
      aria-pressed={pressed}
      onClick={onToggle}
      className="inline-flex min-h-9 items-center gap-1.5 rounded-card border border-line-2 bg-card px-3 py-1 text-left text-sm [overflow-wrap:anywhere] hover:bg-sunk aria-pressed:border-accent aria-pressed:bg-accent-soft"
    >
      {pressed && <Check aria-hidden className="size-4 shrink-0 text-accent" />}
      {children}
    </button>
  )
}
