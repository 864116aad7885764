import { CloudOff, RotateCw } from 'lucide-react'
import { useTranslations } from 'use-intl'
import { Button } from '../ui/button'

/** The server doesn't respond. Nothing is lost, and nothing needs to be done. */
export function ServerAway({ onTryNow }: { onTryNow(): void }) {
  const t = useTranslations('away')
  return (
    <div className="pb-2">
      <h1 className="flex items-center gap-2.5 font-semibold text-xl tracking-tight">
        <CloudOff aria-hidden className="size-6 shrink-0 text-ink-3" strokeWidth={1.75} /> {t('title')}
      </h1>
      <p className="mt-3 max-w-[44em] text-pretty text-ink-2">{t('detail')}</p>
      <Button className="mt-6" onClick={onTryNow}>
        <RotateCw aria-hidden /> {t('tryNow')}
      </Button>
    </div>
  )
}
