'use client'

import { Slider as Base } from '@base-ui/react/slider'

interface SliderProps {
  label: string
  value: number
  min: number
  max: number
  step: number
  onChange(value: number): void
  /** Called once the thumb is released, or after a key. */
  onCommit?(value: number): void
  /** Formats the value for display. */
  format(value: number): string
}

/** A slider. Arrow keys, Home and End move it; screen readers announce the formatted value. */
export function Slider({ label, value, min, max, step, onChange, onCommit, format }: SliderProps) {
  const single = (next: number | readonly number[]) => (typeof next === 'number' ? next : (next[0] ?? min))
  return (
    <Base.Root
      value={value}
      min={min}
      max={max}
      step={step}
      largeStep={10 * step}
      onValueChange={(next) => onChange(single(next))}
      onValueCommitted={(next) => onCommit?.(single(next))}
      className="flex max-w-[26.25rem] flex-wrap items-center gap-x-4"
    >
      <span className="min-w-20 shrink-0 text-ink-2 text-sm">{label}</span>
      <Base.Control className="flex h-10 min-w-32 flex-1 cursor-pointer touch-none items-center">
        <Base.Track className="h-1.5 w-full rounded-full bg-sunk">
          <Base.Indicator className="rounded-full bg-accent" />
          <Base.Thumb
            aria-label={label}
            getAriaValueText={(_formatted, number) => format(number)}
            className="size-5 rounded-full border-2 border-accent bg-card shadow-card has-focus-visible:outline-2 has-focus-visible:outline-accent has-focus-visible:outline-offset-2"
          />
        </Base.Track>
      </Base.Control>
      <span aria-hidden className="w-12 text-right text-sm tabular-nums">
        {format(value)}
      </span>
    </Base.Root>
  )
}
