import clsx from 'clsx'
import type { ComponentPropsWithRef } from 'react'

interface ButtonProps extends ComponentPropsWithRef<'button'> {
  /** At most one primary button per view. */
  variant?: 'primary' | 'secondary' | 'quiet'
}

const VARIANTS = {
  primary: 'bg-accent text-accent-ink hover:brightness-110',
  secondary: 'border border-line-2 bg-card text-ink hover:bg-sunk',
  quiet: 'text-ink-2 hover:bg-sunk hover:text-ink',
}

export function Button({ variant = 'secondary', className, ...props }: ButtonProps) {
  return (
    <button
      type="button"
      className={clsx(
        'inline-flex h-10 items-center justify-center gap-2 rounded-card px-4 font-semibold text-sm transition-colors duration-150 [&_svg]:size-4',
        VARIANTS[variant],
        className,
      )}
      {...props}
    />
  )
}
