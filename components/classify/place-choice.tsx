import { useTranslations } from 'use-intl'
import { saveHere } from '@/lib/client/choices'
import { Segmented } from '../ui/segmented'

/** Chooses whether photos are classified on the server or in this browser. */
export function PlaceChoice({ here }: { here: boolean }) {
  const t = useTranslations('place')
  return (
    <div>
      <Segmented
        label={t('label')}
        options={[
          { value: 'server', label: t('server') },
          { value: 'device', label: t('device') },
        ]}
        value={here ? 'device' : 'server'}
        onChange={(value) => saveHere(value === 'device')}
      />
      <p className="mt-2 max-w-[40em] text-pretty text-ink-2 text-sm">{t(here ? 'deviceHint' : 'serverHint')}</p>
    </div>
  )
}
