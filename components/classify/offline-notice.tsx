import { WifiOff } from 'lucide-react'
import { useTranslations } from 'use-intl'
import { useOnline } from '../ui/use-online'
import { useServerAway } from '../ui/use-server-away'

/**
 * Tells the visitor that the server can't be reached, and that nothing is lost.
 *
 * @param here whether photos are classified in this browser
 */
export function OfflineNotice({ here }: { here: boolean }) {
  const t = useTranslations('classify')
  const online = useOnline()
  const away = useServerAway() && here
  if (online && !away) return null
  return (
    <p role="status" className="mt-2 flex items-start gap-2 rounded-card bg-sunk px-4 py-3 text-ink-2 text-sm">
      <WifiOff aria-hidden className="mt-0.5 size-4 shrink-0" />
      {t(!here ? 'offline' : online ? 'awayHere' : 'offlineHere')}
    </p>
  )
}
