import type { ReactNode } from 'react'

/** A key of the keyboard. Phones have none. */
export function Key({ children }: { children: ReactNode }) {
  return (
    <kbd
      aria-hidden
      className="figures grid h-6 min-w-6 shrink-0 place-items-center rounded-[5px] border border-line-2 bg-paper px-1 font-sans text-ink-2 text-xs pointer-coarse:hidden"
    >
      {children}
    </kbd>
  )
}
