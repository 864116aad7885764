import clsx from 'clsx'
import { useTranslations } from 'use-intl'
import { saveHere } from '@/lib/client/choices'
import { useServerAway } from '../ui/use-server-away'
import { DeviceStatus } from './device-status'

/**
 * The way back to the server, and what this browser keeps.
 *
 * @param className of the link
 */
export function PlaceOnDevice({ className }: { className: string }) {
  const t = useTranslations('place')
  const away = useServerAway()
  return (
    <>
      <button
        type="button"
        disabled={away}
        onClick={() => saveHere(false)}
        className={clsx(className, 'disabled:no-underline')}
      >
        {t(away ? 'useServerAway' : 'useServer')}
      </button>
      <div className="flex justify-center [&>div]:justify-center">
        <DeviceStatus />
      </div>
    </>
  )
}
