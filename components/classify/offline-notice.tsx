import { WifiOff } from 'lucide-react'
import { useTranslations } from 'use-intl'
import { useOnline } from '../ui/use-online'

/** Tells the visitor that the server is unreachable and that nothing is lost. */
export function OfflineNotice() {
  const t = useTranslations('classify')
  const online = useOnline()
  if (online) return null
  return (
    <p role="status" className="mt-2 flex items-start gap-2 rounded-card bg-sunk px-4 py-3 text-ink-2 text-sm">
      <WifiOff aria-hidden className="mt-0.5 size-4 shrink-0" />
      {t('offline')}
    </p>
  )
}
