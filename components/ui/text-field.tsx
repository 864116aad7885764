import { useId } from 'react'

interface TextFieldProps {
  name: string
  label: string
  hint?: string
  placeholder?: string
  type?: 'text' | 'password'
  required?: boolean
  maxLength?: number
  /** `no` if the hint in the field is code. */
  translate?: 'no'
  /** The page keeps the text itself if these are given. */
  value?: string
  onChange?: (value: string) => void
}

/** A field with its name above it and a hint below. */
export function TextField({ name, label, hint, type = 'text', value, onChange, ...input }: TextFieldProps) {
  const id = useId()
  return (
    <div>
      <label htmlFor={id} className="block text-ink-2 text-sm">
        {label}
      </label>
      <input
        id={id}
        name={name}
        type={type}
        autoComplete="off"
        aria-describedby={hint === undefined ? undefined : `${id}-hint`}
        {...(onChange && { value: value ?? '', onChange: ({ target }) => onChange(target.value) })}
        {...input}
        className="mt-1 h-10 w-full rounded-card border border-line-2 bg-card px-3 text-sm placeholder:text-ink-3"
      />
      {hint !== undefined && (
        <p id={`${id}-hint`} className="mt-1 text-pretty text-ink-3 text-xs">
          {hint}
        </p>
      )}
    </div>
  )
}
