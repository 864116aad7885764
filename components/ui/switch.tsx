'use client'

import { Switch as Base } from '@base-ui/react/switch'
import { useId } from 'react'

interface SwitchProps {
  label: string
  hint: string
  checked: boolean
  disabled?: boolean
  onChange(checked: boolean): void
}

/** A switch with a line that explains its effect. */
export function Switch({ label, hint, checked, disabled = false, onChange }: SwitchProps) {
  const id = useId()
  return (
    <div className="flex items-start gap-4 py-1">
      <div className="mr-auto">
        <p id={id} className="text-ink-2 text-sm">
          {label}
        </p>
        <p id={`${id}-hint`} className="mt-0.5 text-pretty text-ink-3 text-xs">
          {hint}
        </p>
      </div>
      <Base.Root
        checked={checked}
        disabled={disabled}
        onCheckedChange={onChange}
        aria-labelledby={id}
        aria-describedby={`${id}-hint`}
        className="flex h-6 w-10 shrink-0 items-center rounded-full border border-line-2 bg-sunk p-0.5 transition-colors duration-150 data-checked:border-accent data-disabled:opacity-50 data-checked:bg-accent"
      >
        <Base.Thumb className="size-4.5 rounded-full bg-ink-3 transition-transform duration-150 data-checked:translate-x-4 data-checked:bg-accent-ink" />
      </Base.Root>
    </div>
  )
}
