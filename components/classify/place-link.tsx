import { useTranslations } from 'use-intl'
import { saveHere } from '@/lib/client/choices'
import { lazy } from '../ui/lazy'
import { useServerAway } from '../ui/use-server-away'

const DeviceStatus = lazy(
  () => import('./device-status').then((module) => module.DeviceStatus),
  () => <div className="h-10" />,
)

/** Chooses where photos are classified, before the first one is added. */
export function PlaceLink({ here }: { here: boolean }) {
  const t = useTranslations('place')
  const away = useServerAway() && here
  return (
    <>
      <button
        type="button"
        disabled={away}
        onClick={() => saveHere(!here)}
        className="mt-2 h-9 rounded-card px-3 text-ink-2 text-sm underline decoration-line-2 underline-offset-4 hover:bg-sunk hover:text-ink disabled:no-underline"
      >
        {t(away ? 'useServerAway' : here ? 'useServer' : 'useDevice')}
      </button>
      {here && (
        <div className="flex justify-center">
          <DeviceStatus />
        </div>
      )}
    </>
  )
}
