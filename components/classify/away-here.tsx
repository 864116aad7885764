import type { ComponentType } from 'react'
import { useTranslations } from 'use-intl'
import { useOnline } from '../ui/use-online'
import { useServerAway } from '../ui/use-server-away'

/** Tells the visitor that photos run on this device without the server. */
export function AwayHere({ Notice }: { Notice: ComponentType<{ text: string }> }) {
  const t = useTranslations('classify')
  const online = useOnline()
  const away = useServerAway()
  return (away || !online) && <Notice text={t(online ? 'awayHere' : 'offlineHere')} />
}
