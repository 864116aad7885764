import type { ComponentType } from 'react'
import { useTranslations } from 'use-intl'
import type { PhotoSession } from '@/lib/client/photos/photo-session'
import type { ModelInfo } from '@/lib/shared/contract/contract'
import { useOnline } from '../ui/use-online'
import { useServerAway } from '../ui/use-server-away'
import { useModelsElsewhere } from './use-models-elsewhere'
import { useSessionState } from './use-tab-session'

interface AwayHereProps {
  Notice: ComponentType<{ text: string }>
  session: PhotoSession
  models: readonly ModelInfo[]
}

/** Tells the visitor that photos run on this device without the server, by a model that is on it. */
export function AwayHere({ Notice, session, models }: AwayHereProps) {
  const t = useTranslations('classify')
  const online = useOnline()
  const away = useServerAway()
  const model = useSessionState(session, (state) => state.model)
  const fresh = useSessionState(session, ({ photos }) => photos.length === 0)
  const onModel = (next: string) => session.setModel(next)
  useModelsElsewhere({ models, here: true, choice: fresh ? { model, onModel } : null })
  return (away || !online) && <Notice text={t(online ? 'awayHere' : 'offlineHere')} />
}
