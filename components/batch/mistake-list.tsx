import { type ReactNode, useState } from 'react'
import { useTranslations } from 'use-intl'
import { Button } from '../ui/button'

interface MistakeListProps<T> {
  /** Most frequent first. */
  all: readonly T[]
  /** What they are, if there are some. */
  hint: string
  showAll: string
  keyOf(mistake: T): string
  /** A button that shows its photos. */
  row(mistake: T): ReactNode
}

/** Each row is a grid, with columns of its own. */
export const MISTAKE_ROW =
  '-mx-2 grid w-[calc(100%+1rem)] items-center gap-2.5 rounded-[6px] px-2 py-1.5 text-left text-sm hover:bg-sunk'

const INITIAL_ROWS = 9

/** The mistakes of a batch: the most frequent ones, or all. */
export function MistakeList<T>({ all, hint, showAll, keyOf, row }: MistakeListProps<T>) {
  const t = useTranslations('batch.judgement')
  const [expanded, setExpanded] = useState(false)
  const visible = expanded ? all : all.slice(0, INITIAL_ROWS)
  return (
    <section aria-labelledby="mistakes" className="min-w-0 rounded-card border border-line bg-card p-5">
      <h3 id="mistakes" className="font-semibold text-sm">
        {t('mistakes')}
      </h3>
      <p className="mt-1 text-pretty text-ink-3 text-xs">{all.length > 0 ? hint : t('noMistakes')}</p>
      <ul className={expanded ? '-mx-2 mt-2 max-h-[26.25rem] overflow-y-auto px-2' : 'mt-2'}>
        {visible.map((mistake) => (
          <li key={keyOf(mistake)}>{row(mistake)}</li>
        ))}
      </ul>
      {all.length > INITIAL_ROWS && !expanded && (
        <Button variant="quiet" className="-mx-2 mt-1 h-9 px-2!" onClick={() => setExpanded(true)}>
          {showAll}
        </Button>
      )}
    </section>
  )
}
