'use client'

import { useId } from 'react'

interface SwitchProps {
  label: string
  hint: string
  checked: boolean
  disabled?: boolean
  onChange(checked: boolean): void
}

/** A switch with a line that explains its effect. The browser's own checkbox, which costs no code. */
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
      <input
        type="checkbox"
        // biome-ignore lint/a11y/useAriaPropsForRole: the checkbox itself says whether it is checked
        role="switch"
        checked={checked}
        disabled={disabled}
        onChange={({ target }) => onChange(target.checked)}
        aria-labelledby={id}
        aria-describedby={`${id}-hint`}
        className="flex h-6 w-10 shrink-0 cursor-pointer appearance-none items-center rounded-full border border-line-2 bg-sunk p-0.5 transition-colors duration-150 before:size-4.5 before:rounded-full before:bg-ink-3 before:transition-transform before:duration-150 checked:border-accent checked:bg-accent checked:before:translate-x-4 checked:before:bg-accent-ink disabled:cursor-default disabled:opacity-50 forced-colors:appearance-auto"
      />
    </div>
  )
}
