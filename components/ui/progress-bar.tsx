import clsx from 'clsx'

interface ProgressBarProps {
  /** What makes progress, for screen readers. */
  label: string
  /** The share that is done, from 0 to 1. */
  value: number
  className?: string
}

/** A bar of how much is done. Browsers draw `<progress>` in colors of their own. */
export function ProgressBar({ label, value, className }: ProgressBarProps) {
  return (
    <div
      role="progressbar"
      aria-label={label}
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={Math.round(100 * value)}
      className={clsx('h-1.5 overflow-hidden rounded-full bg-sunk', className)}
    >
      <div className="h-full rounded-full bg-accent" style={{ width: `${100 * value}%` }} />
    </div>
  )
}
