import { WifiOff } from 'lucide-react'
import { useTranslations } from 'use-intl'
import type { PhotoSession } from '@/lib/client/photos/photo-session'
import type { ModelInfo } from '@/lib/shared/contract/contract'
import { lazy } from '../ui/lazy'
import { useOnline } from '../ui/use-online'

// Only visitors who have chosen this device need it.
const AwayHere = lazy(() => import('./away-here').then((module) => module.AwayHere))

interface OfflineNoticeProps {
  /** Whether photos are classified in this browser. */
  here: boolean
  session: PhotoSession
  models: readonly ModelInfo[]
}

/**
 * Tells the visitor that the server can't be reached, and that nothing is lost. Its own code is there from the start,
 * because none can be loaded then.
 */
export function OfflineNotice({ here, ...chosen }: OfflineNoticeProps) {
  const t = useTranslations('classify')
  const online = useOnline()
  if (here) return <AwayHere Notice={Notice} {...chosen} />
  return !online && <Notice text={t('offline')} />
}

function Notice({ text }: { text: string }) {
  return (
    <p role="status" className="mt-2 flex items-start gap-2 rounded-card bg-sunk px-4 py-3 text-ink-2 text-sm">
      <WifiOff aria-hidden className="mt-0.5 size-4 shrink-0" />
      {text}
    </p>
  )
}
