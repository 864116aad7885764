import { type ReactNode, useState } from 'react'
import { useTranslations } from 'use-intl'
import { Button } from '../../ui/button'

const STEP = 50

/** The first entries of a list, and a button that shows more of them. */
export function useFirst<T>(all: readonly T[], first = STEP): { shown: readonly T[]; more: ReactNode } {
  const t = useTranslations('batch.check')
  const [count, setCount] = useState(first)
  const rest = all.length - count
  return {
    shown: all.slice(0, count),
    more: rest > 0 && (
      <Button variant="quiet" className="-mx-2 mt-2 h-9 px-2!" onClick={() => setCount(count + STEP)}>
        {t('more', { count: Math.min(rest, STEP) })}
      </Button>
    ),
  }
}
