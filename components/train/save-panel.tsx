import { Save } from 'lucide-react'
import { type FormEvent, useState } from 'react'
import { useTranslations } from 'use-intl'
import { isOwnModel } from '@/lib/client/device/own-model-id'
import type { TrainingSession } from '@/lib/client/training/session'
import type { TrainingSnapshot } from '@/lib/client/training/types'
import type { TrainingOffer } from '@/lib/shared/contract/site'
import { Button } from '../ui/button'
import { lazy } from '../ui/lazy'
import { ProgressBar } from '../ui/progress-bar'
import { DescriptionFields } from './description-fields'
import { descriptionOf } from './description-of'
import { TokenField } from './token-field'
import { useSave } from './use-save'
import { useToken } from './use-token'

const SavedModel = lazy(
  () => import('./saved-model').then((module) => module.SavedModel),
  () => <div className="h-64" />,
)

interface SavePanelProps {
  session: TrainingSession
  state: TrainingSnapshot
  offer: TrainingOffer
}

/** Saves the model on the server, and shows what can be done with it then. */
export function SavePanel({ session, state, offer }: SavePanelProps) {
  const t = useTranslations('train')
  const { model, changed } = state
  // What was saved in this browser is new to the server.
  const saved = state.saved && !isOwnModel(state.saved.id) ? state.saved : null
  const token = useToken(offer)
  const [gone, setGone] = useState(false)
  function handleGone(): void {
    session.forgetSaved()
    setGone(true)
  }
  const save = useSave(session, token.value, handleGone)
  if (gone && saved !== null) setGone(false)
  if (model === null && saved === null) return null
  const hasForm = model !== null && (saved === null || changed)
  return (
    <section aria-labelledby="save-title" className="rounded-2xl border border-line bg-card p-5 shadow-card">
      <h2 id="save-title" className="font-semibold text-sm">
        {t(saved && !changed ? 'useTitle' : 'saveTitle')}
      </h2>
      {gone && (
        <p role="alert" className="mt-1 max-w-[56ch] text-pretty text-sm text-warn">
          {t('gone')}
        </p>
      )}
      {hasForm && <SaveForm state={{ ...state, saved }} offer={offer} save={save} token={token} />}
      {saved && (
        <SavedModel
          key={saved.revision}
          session={session}
          saved={saved}
          unsaved={changed}
          token={token.value}
          corrections={offer.corrections}
          onGone={handleGone}
        />
      )}
      {/* In another tab, or after a while, it has to be entered again. */}
      {!hasForm && <TokenField token={token} texts="train" className="mt-3" />}
    </section>
  )
}

interface SaveFormProps {
  state: TrainingSnapshot
  offer: TrainingOffer
  save: ReturnType<typeof useSave>
  token: ReturnType<typeof useToken>
}

function SaveForm({ state: { saved, photos }, offer, save, token }: SaveFormProps) {
  const t = useTranslations('train')
  const [another, setAnother] = useState(false)
  const isNew = saved === null || another
  const reading = photos.some(({ label, state }) => label !== null && (state === 'waiting' || state === 'reading'))
  function submit(event: FormEvent<HTMLFormElement>): void {
    event.preventDefault()
    void save.save(isNew ? null : saved, descriptionOf(event.currentTarget)).then((done) => done && setAnother(false))
  }
  const hint = offer.hours === null ? t('saveHint') : t('saveHintVisitors', { hours: offer.hours })
  return (
    <form onSubmit={submit} className="mt-1">
      <p className="max-w-[56ch] text-pretty text-ink-2 text-sm">{hint}</p>
      {isNew && <DescriptionFields />}
      <TokenField token={token} texts="train" className="mt-3" />
      <div className="mt-4 flex flex-wrap items-center gap-x-3 gap-y-2">
        <Button
          type="submit"
          variant="primary"
          disabled={save.state === 'saving' || reading}
          className="disabled:opacity-60"
        >
          <Save aria-hidden /> {t(save.state === 'saving' ? 'saving' : isNew ? 'save' : 'saveRevision')}
        </Button>
        {saved !== null && !another && (
          <Button variant="quiet" onClick={() => setAnother(true)}>
            {t('saveAsNew')}
          </Button>
        )}
        {save.state === 'saving' && save.progress > 0 && (
          <ProgressBar label={t('saving')} value={save.progress} className="w-32" />
        )}
      </div>
      <p role="alert" className="mt-2 text-pretty text-bad text-sm empty:hidden">
        {save.error}
      </p>
    </form>
  )
}
