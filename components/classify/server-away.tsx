import { CloudOff, RotateCw } from 'lucide-react'
import { useTranslations } from 'use-intl'
import { Button } from '../ui/button'
import { useOnline } from '../ui/use-online'

interface ServerAwayProps {
  /** Whether photos are classified in this browser: the server has only the model. */
  here: boolean
  onTryNow(): void
}

/** The server doesn't respond, or the browser is offline. Nothing is lost, and nothing needs to be done. */
export function ServerAway({ here, onTryNow }: ServerAwayProps) {
  const t = useTranslations('away')
  const online = useOnline()
  return (
    <div className="pb-2">
      <h1 className="flex items-center gap-2.5 font-semibold text-xl tracking-tight">
        <CloudOff aria-hidden className="size-6 shrink-0 text-ink-3" strokeWidth={1.75} />{' '}
        {t(online ? 'title' : 'offlineTitle')}
      </h1>
      <p className="mt-3 max-w-[44em] text-pretty text-ink-2">
        {t(here ? 'deviceDetail' : online ? 'detail' : 'offlineDetail')}
      </p>
      <Button className="mt-6" onClick={onTryNow}>
        <RotateCw aria-hidden /> {t('tryNow')}
      </Button>
    </div>
  )
}
