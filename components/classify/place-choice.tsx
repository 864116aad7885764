import { useTranslations } from 'use-intl'
import { saveHere } from '@/lib/client/choices'
import { lazy } from '../ui/lazy'
import { Segmented } from '../ui/segmented'
import { useServerAway } from '../ui/use-server-away'

const DeviceStatus = lazy(
  () => import('./device-status').then((module) => module.DeviceStatus),
  () => <div className="h-10" />,
)

interface PlaceChoiceProps {
  /** Whether photos are classified in this browser. */
  here: boolean
  /** Whether some models can't be used until the server is back. */
  elsewhere?: boolean
}

/** Chooses whether photos are classified on the server or in this browser. */
export function PlaceChoice({ here, elsewhere = false }: PlaceChoiceProps) {
  const t = useTranslations('place')
  const away = useServerAway()
  return (
    <div>
      <Segmented
        label={t('label')}
        options={[
          { value: 'server', label: t('server'), disabled: here && away },
          { value: 'device', label: t('device') },
        ]}
        value={here ? 'device' : 'server'}
        onChange={(value) => saveHere(value === 'device')}
      />
      <p className="mt-2 max-w-[40em] text-pretty text-ink-2 text-sm">
        {t(here ? 'deviceHint' : 'serverHint')}
        {here && away && ` ${t('serverAway')}`}
        {elsewhere && ` ${t('notHere')}`}
      </p>
      {here && <DeviceStatus />}
    </div>
  )
}
