import type { RefObject } from 'react'
import { useTranslations } from 'use-intl'
import type { TrainingSession } from '@/lib/client/training/session'
import type { TrainingSnapshot } from '@/lib/client/training/types'
import type { ModelInfo } from '@/lib/shared/contract/contract'
import type { TrainingOffer } from '@/lib/shared/contract/site'
import { lazy } from '../ui/lazy'
import { Switch } from '../ui/switch'
import { UndoNotice } from '../ui/undo-notice'
import { AddLabel } from './add-label'
import { BaseChoice } from './base-choice'
import { LabelCard } from './label-card'
import { ModelPanel } from './model-panel'
import { NoLabelCard } from './no-label-card'
import { OwnModels } from './own-models-lazy'
import { SavePanel } from './save-panel'
import { TrainHeader } from './train-header'
import { TrainNotices } from './train-notices'
import { TrainPlace } from './train-place'
import { TryIt, type TryItHandle } from './try-it'
import type { OpenModel } from './use-open-model'
import { useStickyTop } from './use-sticky-top'

const SaveHere = lazy(() => import('./save-here').then((module) => module.SaveHere))

interface WorkspaceProps {
  session: TrainingSession
  state: TrainingSnapshot
  bases: readonly ModelInfo[]
  /** IDs of those that can't be used until the server is back. */
  unusable: ReadonlySet<string>
  offer: TrainingOffer | null
  /** Whether photos stay in this browser; null if there is no choice. */
  here: boolean | null
  tryIt: RefObject<TryItHandle | null>
  opener: OpenModel
  /** Opens the page for labeling. */
  onLabel(): void
}

/** Labels with their photos on the left, the model that learns them on the right. */
export function Workspace({ session, state, bases, unusable, offer, here, tryIt, opener, onLabel }: WorkspaceProps) {
  const t = useTranslations('train')
  const { labels, photos } = state
  const column = useStickyTop()
  return (
    <>
      <TrainHeader session={session} state={state} opener={opener} />
      <TrainNotices session={session} state={state} onLabel={onLabel} />
      <div className="mt-5 grid grid-cols-[minmax(0,1fr)] items-start gap-x-10 gap-y-10 lg:grid-cols-[minmax(0,600fr)_minmax(0,480fr)]">
        <section aria-labelledby="labels-title">
          <h2 id="labels-title" className="sr-only">
            {t('labelsTitle')}
          </h2>
          <ul className="grid grid-cols-[minmax(0,1fr)] gap-3">
            {labels.map((label) => (
              <li key={label.id}>
                <LabelCard
                  session={session}
                  label={label}
                  labels={labels}
                  photos={photos.filter((photo) => photo.label === label.id)}
                />
              </li>
            ))}
          </ul>
          <NoLabelCard session={session} state={state} />
          <AddLabel session={session} labels={labels} className="mt-3" />
          <div className="mt-4">
            <Switch
              label={t('multiLabel')}
              hint={t('multiLabelHint')}
              checked={state.multiLabel}
              onChange={(on) => session.setMultiLabel(on)}
            />
          </div>
          <BaseChoice session={session} base={state.base} bases={bases} elsewhere={unusable} photos={photos} />
          <TrainPlace
            state={state}
            here={here}
            elsewhere={unusable.size > 0}
            canChoose={offer !== null}
            className="mt-4"
          />
          {!here && <p className="mt-4 max-w-[60ch] text-pretty text-ink-3 text-xs">{t('where')}</p>}
        </section>
        <div ref={column.ref} style={{ top: column.top }} className="grid grid-cols-[minmax(0,1fr)] gap-6 lg:sticky">
          <ModelPanel session={session} state={state} />
          <TryIt ref={tryIt} session={session} state={state} />
          {here ? (
            <>
              <SaveHere session={session} state={state} />
              <OwnModels bases={bases} offer={offer} opener={opener} />
            </>
          ) : (
            offer && <SavePanel session={session} state={state} offer={offer} />
          )}
        </div>
      </div>
      <UndoNotice
        removed={state.removed}
        text={t('removed', { count: state.removed?.label ? 0 : (state.removed?.photos.length ?? 0) })}
        onUndo={() => session.undo()}
        restored="[data-train-label] button"
        onForget={() => session.forgetRemoved()}
      />
    </>
  )
}
