import { Trash2 } from 'lucide-react'
import { useState } from 'react'
import { useTranslations } from 'use-intl'
import { Button } from '../ui/button'

/** Asks for confirmation, because clearing cannot be undone. */
export function ClearButton({ onClear }: { onClear(): void }) {
  const t = useTranslations('history')
  const [confirming, setConfirming] = useState(false)
  if (!confirming) {
    return (
      <Button variant="quiet" onClick={() => setConfirming(true)} className="max-sm:px-2 sm:ml-auto">
        <Trash2 aria-hidden /> {t('clear')}
      </Button>
    )
  }
  return (
    <span className="flex flex-wrap items-center gap-2 sm:ml-auto">
      <span className="text-ink-2 text-sm">{t('clearAsk')}</span>
      <Button onClick={onClear} className="text-bad">
        {t('clearYes')}
      </Button>
      <Button variant="quiet" autoFocus onClick={() => setConfirming(false)}>
        {t('clearNo')}
      </Button>
    </span>
  )
}
