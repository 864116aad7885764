import { WifiOff } from 'lucide-react'
import { useSyncExternalStore } from 'react'
import { useTranslations } from 'use-intl'

/** Tells the visitor that the server is unreachable and that nothing is lost. */
export function OfflineNotice() {
  const t = useTranslations('classify')
  const online = useSyncExternalStore(
    subscribe,
    () => navigator.onLine,
    () => true,
  )
  if (online) return null
  return (
    <p role="status" className="mt-2 flex items-start gap-2 rounded-card bg-sunk px-4 py-3 text-ink-2 text-sm">
      <WifiOff aria-hidden className="mt-0.5 size-4 shrink-0" />
      {t('offline')}
    </p>
  )
}

function subscribe(onChange: () => void): () => void {
  window.addEventListener('online', onChange)
  window.addEventListener('offline', onChange)
  return () => {
    window.removeEventListener('online', onChange)
    window.removeEventListener('offline', onChange)
  }
}
