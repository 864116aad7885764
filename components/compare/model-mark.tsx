import clsx from 'clsx'

const LETTERS = 26

/** The letter of each model, by its place among the installed ones: it stays when others join or leave the comparison. */
export function modelLetters(all: readonly string[]): ReadonlyMap<string, string> {
  return new Map(all.map((model, i) => [model, i < LETTERS ? String.fromCharCode(65 + i) : String(i + 1)]))
}

interface ModelMarkProps {
  letter: string
  /** Whether it's the selected model. */
  on: boolean
}

/** The mark of a model beside its name and in the plot. */
export function ModelMark({ letter, on }: ModelMarkProps) {
  return (
    <span
      aria-hidden
      translate="no"
      className={clsx(
        'grid size-[1.125rem] shrink-0 place-items-center rounded-full border-[1.5px] font-semibold text-[0.625rem] leading-none',
        on ? 'border-accent bg-accent text-accent-ink' : 'border-ink-2 bg-paper text-ink-2',
      )}
    >
      {letter}
    </span>
  )
}
