import { useTranslations } from 'use-intl'
import type { TrainingSnapshot } from '@/lib/client/training/types'
import { PlaceChoice } from '../classify/place-choice'

interface TrainPlaceProps {
  state: TrainingSnapshot
  /** Whether photos stay in this browser; null if the server doesn't offer it. */
  here: boolean | null
  /** Whether some base models can't be used until the server is back. */
  elsewhere?: boolean
  /** Whether the server reads them otherwise. */
  canChoose: boolean
  className?: string
}

/** Chooses where photos are read, and says so if this browser can't. */
export function TrainPlace({ state, here, elsewhere = false, canChoose, className }: TrainPlaceProps) {
  const t = useTranslations('train')
  if (here === null) return null
  const unable = here && state.photos.some(({ failure }) => failure?.code.startsWith('device_'))
  return (
    <div className={className}>
      {canChoose && <PlaceChoice here={here} elsewhere={elsewhere} />}
      <p role="alert" className="mt-1 text-pretty text-bad text-sm empty:hidden">
        {unable && t('hereUnable')}
      </p>
    </div>
  )
}
