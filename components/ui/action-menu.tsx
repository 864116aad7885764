'use client'

import { Menu } from '@base-ui/react/menu'
import { type ReactNode, useRef } from 'react'

interface ActionMenuProps {
  icon: ReactNode
  label: ReactNode
  /** Whether the menu is open at first. */
  defaultOpen?: boolean
  /** Items. Rendered while the menu is open. */
  children: ReactNode
}

/** A quiet button that opens a menu of actions. */
export function ActionMenu({ icon, label, defaultOpen = false, children }: ActionMenuProps) {
  // Inside the page's landmarks, where screen readers look for it.
  const place = useRef<HTMLSpanElement>(null)
  return (
    <Menu.Root defaultOpen={defaultOpen}>
      <Menu.Trigger className="-ml-2 inline-flex h-9 items-center gap-1.5 rounded-card px-2 text-ink-2 text-sm hover:bg-sunk hover:text-ink data-popup-open:bg-sunk">
        {icon} {label}
      </Menu.Trigger>
      <span ref={place} className="contents" />
      <Menu.Portal container={place}>
        <Menu.Positioner sideOffset={6} align="start" className="z-40">
          <Menu.Popup className="min-w-48 max-w-[min(340px,calc(100vw-24px))] rounded-card border border-line bg-card p-1 shadow-card outline-none">
            {children}
          </Menu.Popup>
        </Menu.Positioner>
      </Menu.Portal>
    </Menu.Root>
  )
}

interface ActionItemProps {
  onClick(): void
  disabled?: boolean
  /** What the action does, where the name doesn't say enough. */
  hint?: string
  children: ReactNode
}

export function ActionItem({ onClick, disabled = false, hint, children }: ActionItemProps) {
  return (
    <Menu.Item
      onClick={onClick}
      disabled={disabled}
      className="flex min-h-9 cursor-default flex-col justify-center rounded-[7px] px-3 py-1.5 text-sm outline-none data-highlighted:bg-sunk data-disabled:opacity-60"
    >
      {children}
      {hint !== undefined && <span className="mt-0.5 text-pretty text-ink-2 text-xs">{hint}</span>}
    </Menu.Item>
  )
}
