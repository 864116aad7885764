'use client'

import { createContext, type HTMLAttributes, use, useId } from 'react'

interface Choice {
  name: string
  value: string | null
  onChange(value: string): void
}

const ChoiceContext = createContext<Choice | null>(null)

interface RadioGroupProps extends Omit<HTMLAttributes<HTMLDivElement>, 'onChange'> {
  /** Null if none is chosen. */
  value: string | null
  onChange(value: string): void
}

/** Native radio buttons of which at most one is chosen. Arrow keys move between them, as in any form. */
export function RadioGroup({ value, onChange, children, ...props }: RadioGroupProps) {
  const name = useId()
  return (
    <div role="radiogroup" {...props}>
      <ChoiceContext value={{ name, value, onChange }}>{children}</ChoiceContext>
    </div>
  )
}

/** A radio button that isn't drawn: the label around it, which has a position of its own, shows its state. */
export function Radio({ value, disabled = false }: { value: string; disabled?: boolean | undefined }) {
  const choice = use(ChoiceContext)
  if (!choice) throw new Error('a Radio belongs in a RadioGroup')
  return (
    <input
      type="radio"
      name={choice.name}
      value={value}
      checked={choice.value === value}
      disabled={disabled}
      // Or browsers restore the state that the page had before a reload, which React doesn't know of.
      autoComplete="off"
      onChange={() => choice.onChange(value)}
      className="sr-only"
    />
  )
}
