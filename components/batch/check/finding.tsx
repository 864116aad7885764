import clsx from 'clsx'
import { type ReactNode, useId } from 'react'
import { useTranslations } from 'use-intl'
import { Button } from '../../ui/button'
import { useFormat } from '../../ui/use-format'
import type { PhotoLinks, PhotoSet } from './photo-links'

interface FindingProps {
  title: string
  /** Number of findings. */
  count: number
  /** What was found, or that nothing was. */
  hint: ReactNode
  /** All photos that the finding is about. */
  about: PhotoSet
  photos: PhotoLinks
  className?: string
  children: ReactNode
}

/** One kind of finding: its title, what it means, a way to its photos in the table, and the findings. */
export function Finding({ title, count, hint, about, photos, className, children }: FindingProps) {
  const t = useTranslations('batch.check')
  const format = useFormat()
  const id = useId()
  return (
    <section aria-labelledby={id} className={clsx('min-w-0 rounded-card border border-line bg-card p-5', className)}>
      <div className="flex min-h-9 flex-wrap items-center gap-x-3">
        <h3 id={id} className="font-semibold text-sm">
          {title}
          {count > 0 && <span className="figures ml-2 font-normal text-ink-2">{format.integer(count)}</span>}
        </h3>
        {about.files.length > 0 && (
          <Button
            variant="quiet"
            className="-mr-2 ml-auto h-9 px-2!"
            aria-describedby={id}
            onClick={() => photos.show(about)}
          >
            {t('showInTable')}
          </Button>
        )}
      </div>
      <p className="text-pretty text-ink-3 text-xs">{hint}</p>
      {count > 0 && children}
    </section>
  )
}

/** Long lists scroll in themselves, as the table does. */
export const SCROLLER = '-mx-2 mt-3 max-h-[34rem] overflow-y-auto px-2'
