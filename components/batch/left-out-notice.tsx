import { TriangleAlert } from 'lucide-react'
import { useTranslations } from 'use-intl'
import type { LeftOut } from '@/lib/client/batch/source'
import { Disclosure } from '../ui/disclosure'

/** Further files are counted but not listed. */
const MAX_LISTED = 100

interface LeftOutProps {
  leftOut: readonly LeftOut[]
}

/** Files that are not classified, with reasons. */
export function LeftOutNotice({ leftOut }: LeftOutProps) {
  const t = useTranslations('batch')
  if (leftOut.length === 0) return null
  return (
    <Disclosure className="mt-3" label={t('leftOut', { count: leftOut.length })}>
      <div className="rounded-card bg-sunk px-4 py-2">
        <LeftOutList leftOut={leftOut} />
      </div>
    </Disclosure>
  )
}

/** The same if there is nothing else: the visitor waits for photos that don't come, and has to see why. */
export function NothingAddedNotice({ leftOut }: LeftOutProps) {
  const t = useTranslations('batch')
  if (leftOut.length === 0) return null
  return (
    <div role="status" className="mt-4 rounded-card bg-warn-soft px-4 py-3 text-sm">
      <p className="flex items-center gap-2 font-semibold">
        <TriangleAlert aria-hidden className="size-4 shrink-0 text-warn" />
        {t('leftOut', { count: leftOut.length })}
      </p>
      <LeftOutList leftOut={leftOut} />
    </div>
  )
}

function LeftOutList({ leftOut }: LeftOutProps) {
  const t = useTranslations('batch')
  return (
    <ul className="max-h-48 overflow-y-auto text-sm">
      {leftOut.slice(0, MAX_LISTED).map(({ path, reason }, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: items are only appended, and a path may occur twice
        <li key={index} className="flex flex-wrap justify-between gap-x-4 py-1">
          <span translate="no" className="figures min-w-0 break-all">
            {path}
          </span>
          <span className="text-ink-2">{t(`reasons.${reason}`)}</span>
        </li>
      ))}
      {leftOut.length > MAX_LISTED && (
        <li className="py-1 text-ink-2">{t('andMore', { count: leftOut.length - MAX_LISTED })}</li>
      )}
    </ul>
  )
}
