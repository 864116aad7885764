import { useTranslations } from 'use-intl'
import { saveHere } from '@/lib/client/choices'

/** Chooses where photos are classified, before the first one is added. */
export function PlaceLink({ here }: { here: boolean }) {
  const t = useTranslations('place')
  return (
    <button
      type="button"
      onClick={() => saveHere(!here)}
      className="mt-2 h-9 rounded-card px-3 text-ink-2 text-sm underline decoration-line-2 underline-offset-4 hover:bg-sunk hover:text-ink"
    >
      {t(here ? 'useServer' : 'useDevice')}
    </button>
  )
}
