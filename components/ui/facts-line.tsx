import clsx from 'clsx'
import type { ReactNode } from 'react'

interface FactsLineProps {
  facts: readonly [name: string, value: ReactNode][]
  className?: string
}

/**
 * Short facts in a line, with a dot between them. The dot belongs to the fact after it: where the line wraps, it lies left
 * of the text, where everything but the outline of a focused button is cut off.
 */
export function FactsLine({ facts, className }: FactsLineProps) {
  return (
    <p className={clsx('-ml-4 flex flex-wrap [clip-path:inset(-6px_-6px_-6px_calc(var(--spacing)*3))]', className)}>
      {facts.map(([name, value]) => (
        <span key={name} className="relative min-w-0 pl-4">
          <span aria-hidden className="absolute left-0 w-4 text-center">
            ·
          </span>
          {value}
        </span>
      ))}
    </p>
  )
}
