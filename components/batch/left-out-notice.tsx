import { useTranslations } from 'use-intl'
import type { LeftOut } from '@/lib/client/batch/source'
import { Disclosure } from '../ui/disclosure'

/** Further files are counted but not listed. */
const MAX_LISTED = 100

/** Files that are not classified, with reasons. */
export function LeftOutNotice({ leftOut }: { leftOut: readonly LeftOut[] }) {
  const t = useTranslations('batch')
  if (leftOut.length === 0) return null
  return (
    <Disclosure className="mt-3" label={t('leftOut', { count: leftOut.length })}>
      <ul className="max-h-48 overflow-y-auto rounded-card bg-sunk px-4 py-2 text-sm">
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
    </Disclosure>
  )
}
