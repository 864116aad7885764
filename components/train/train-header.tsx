import { useTranslations } from 'use-intl'
import type { TrainingSession } from '@/lib/client/training/session'
import type { TrainingSnapshot } from '@/lib/client/training/types'
import { ConfirmButton } from '../ui/confirm-button'
import { focusOnceThere } from '../ui/focus-once-there'
import { OpenModelButton } from './open-model-button'
import type { OpenModel } from './use-open-model'

interface TrainHeaderProps {
  session: TrainingSession
  state: TrainingSnapshot
  opener: OpenModel
}

/** The title of the page, and what concerns everything on it. */
export function TrainHeader({ session, state, opener }: TrainHeaderProps) {
  const t = useTranslations('train')
  return (
    <div className="flex flex-wrap items-center gap-x-4 gap-y-2 pt-4 lg:pt-6">
      <div className="mr-auto min-w-0">
        <h1
          translate={state.saved ? 'no' : undefined}
          className="font-semibold text-xl tracking-tight [overflow-wrap:anywhere] lg:text-2xl"
        >
          {state.saved?.title ?? t('title')}
        </h1>
        {state.saved && state.changed && <p className="mt-0.5 text-sm text-warn">{t('unsaved')}</p>}
      </div>
      <OpenModelButton opener={opener} />
      <ConfirmButton
        yes={t('startOverYes')}
        no={t('startOverNo')}
        className="-mx-2 px-2!"
        onConfirm={() => {
          session.startOver()
          focusOnceThere('#content')
        }}
      >
        {t('startOver')}
      </ConfirmButton>
    </div>
  )
}
