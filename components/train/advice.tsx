import { Children, type ReactNode, useState } from 'react'
import { useTranslations } from 'use-intl'
import { Button } from '../ui/button'

/** Entries that are shown at first. */
const MAX_SHOWN = 3

/** A short list of advice, the most important first. Nothing if there is none. */
export function Advice({ title, children }: { title: string; children: readonly ReactNode[] }) {
  const t = useTranslations('train')
  const [expanded, setExpanded] = useState(false)
  const all = Children.toArray(children)
  if (all.length === 0) return null
  const shown = expanded ? all : all.slice(0, MAX_SHOWN)
  return (
    <section className="border-line border-t pt-4">
      <h3 className="font-semibold text-sm">{title}</h3>
      <ul className="mt-2 grid grid-cols-[minmax(0,1fr)] gap-2 text-sm">
        {shown.map((child, at) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: the children have keys of their own
          <li key={at}>{child}</li>
        ))}
      </ul>
      {shown.length < all.length && (
        <Button variant="quiet" className="-mx-2 mt-1 h-9! px-2!" onClick={() => setExpanded(true)}>
          {t('showMore', { count: all.length - shown.length })}
        </Button>
      )}
    </section>
  )
}
