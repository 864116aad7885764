'use client'

import { useId } from 'react'
import { Radio, RadioGroup } from './radio-group'

interface SegmentedProps<T extends string> {
  label: string
  options: readonly { value: T; label: string; disabled?: boolean; lang?: string }[]
  /** Null if none is chosen. */
  value: T | null
  onChange(value: T): void
}

/** A segmented control. It's a radio group for keyboards and screen readers. */
export function Segmented<T extends string>({ label, options, value, onChange }: SegmentedProps<T>) {
  const id = useId()
  return (
    <div className="flex flex-wrap items-center gap-x-4 gap-y-2">
      <span id={id} className="w-20 text-ink-2 text-sm">
        {label}
      </span>
      <RadioGroup
        aria-labelledby={id}
        value={value}
        onChange={(next) => onChange(next as T)}
        className="inline-flex flex-wrap rounded-card border border-line-2 bg-card p-[3px]"
      >
        {options.map((option) => (
          // biome-ignore lint/a11y/noLabelWithoutControl: the radio inside is the control
          <label
            key={option.value}
            lang={option.lang}
            className="relative cursor-pointer rounded-[7px] px-3 py-1.5 font-medium text-ink-2 text-sm has-checked:bg-accent has-disabled:cursor-not-allowed has-checked:text-accent-ink has-disabled:text-ink-3 has-disabled:line-through has-focus-visible:outline-2 has-focus-visible:outline-accent has-focus-visible:outline-offset-2"
          >
            <Radio value={option.value} disabled={option.disabled} />
            {option.label}
          </label>
        ))}
      </RadioGroup>
    </div>
  )
}
