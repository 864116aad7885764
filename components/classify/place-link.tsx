import { useTranslations } from 'use-intl'
import { saveHere } from '@/lib/client/choices'
import { lazy } from '../ui/lazy'

/** Only visitors who have chosen this device need it. */
const OnDevice = lazy(
  () => import('./place-on-device').then((module) => module.PlaceOnDevice),
  () => <div className="h-[5.25rem]" />,
)

const LINK =
  'mt-2 h-9 rounded-card px-3 text-ink-2 text-sm underline decoration-line-2 underline-offset-4 hover:bg-sunk hover:text-ink'

/** Chooses where photos are classified, before the first one is added. */
export function PlaceLink({ here }: { here: boolean }) {
  const t = useTranslations('place')
  if (here) return <OnDevice className={LINK} />
  return (
    <button type="button" onClick={() => saveHere(true)} className={LINK}>
      {t('useDevice')}
    </button>
  )
}
