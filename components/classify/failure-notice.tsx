import { CircleAlert, RotateCw, Trash2, WifiOff } from 'lucide-react'
import { useTranslations } from 'use-intl'
import type { Failure } from '@/lib/client/api/failure'
import { saveHere } from '@/lib/client/choices'
import { runsOnlyHere } from '@/lib/client/device/only-here'
import { Button } from '../ui/button'
import { FailureDetails } from '../ui/failure-details'
import { useProblem } from '../ui/use-problem'

interface FailureNoticeProps {
  failure: Failure
  onRetry(): void
  onRemove(): void
}

/** What went wrong with a photo, and how to proceed. */
export function FailureNotice({ failure, onRetry, onRemove }: FailureNoticeProps) {
  const t = useTranslations('failure')
  const place = useTranslations('place')
  const { title, detail } = useProblem()(failure)
  const offersServer = failure.code.startsWith('device_') && !runsOnlyHere()
  const Icon = failure.code === 'offline' ? WifiOff : CircleAlert
  return (
    <div className="pb-2">
      <p className="flex items-center gap-2 font-semibold text-bad">
        <Icon aria-hidden className="size-4" /> {t('title')}
      </p>
      <h1 className="mt-1 text-balance font-semibold text-xl tracking-tight">{title}</h1>
      <p className="mt-3 max-w-[44em] text-pretty text-ink-2">
        {detail} {offersServer && place('orServer')}
      </p>
      <div className="mt-6 flex flex-wrap gap-2">
        {failure.retryable && (
          <Button variant="primary" onClick={onRetry}>
            <RotateCw aria-hidden /> {t('retry')}
          </Button>
        )}
        {offersServer && (
          <Button variant="primary" onClick={() => saveHere(false)}>
            {place('useServer')}
          </Button>
        )}
        <Button onClick={onRemove}>
          <Trash2 aria-hidden /> {t('remove')}
        </Button>
      </div>
      <FailureDetails failure={failure} className="mt-5" />
    </div>
  )
}
