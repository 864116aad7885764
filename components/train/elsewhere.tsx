import { useTranslations } from 'use-intl'
import { Button } from '../ui/button'

/** Another tab of this browser has the labels and photos. */
export function Elsewhere({ onContinue }: { onContinue(): void }) {
  const t = useTranslations('train')
  return (
    <div className="mx-auto max-w-[42.5rem] pt-12 text-center">
      <h1 className="font-semibold text-xl tracking-tight">{t('elsewhere')}</h1>
      <p className="mt-2 text-ink-2">{t('elsewhereHint')}</p>
      <Button variant="primary" className="mt-5" onClick={onContinue}>
        {t('continueHere')}
      </Button>
    </div>
  )
}
