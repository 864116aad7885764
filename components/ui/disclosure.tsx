'use client'

import { Collapsible } from '@base-ui/react/collapsible'
import { ChevronDown } from 'lucide-react'
import type { ReactNode } from 'react'

interface DisclosureProps {
  label: ReactNode
  open?: boolean
  onOpenChange?(open: boolean): void
  className?: string
  children: ReactNode
}

/** Collapsible content behind a one-line button. */
export function Disclosure({ label, children, className, ...state }: DisclosureProps) {
  return (
    <Collapsible.Root className={className} {...state}>
      <Collapsible.Trigger className="group -mx-2 flex items-center gap-1.5 rounded-card px-2 py-1.5 text-left text-ink-2 text-sm hover:bg-sunk hover:text-ink">
        {label}
        <ChevronDown
          aria-hidden
          className="size-4 shrink-0 transition-transform duration-150 group-data-panel-open:rotate-180"
        />
      </Collapsible.Trigger>
      <Collapsible.Panel className="grid gap-3 pt-3">{children}</Collapsible.Panel>
    </Collapsible.Root>
  )
}
