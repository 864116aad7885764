import { ArrowRight, Check, Save } from 'lucide-react'
import Link from 'next/link'
import { type FormEvent, useState } from 'react'
import { useTranslations } from 'use-intl'
import { isOwnModel } from '@/lib/client/device/own-model-id'
import type { TrainingSession } from '@/lib/client/training/session'
import type { TrainingSnapshot } from '@/lib/client/training/types'
import { Button } from '../ui/button'
import { ProgressBar } from '../ui/progress-bar'
import { DescriptionFields } from './description-fields'
import { descriptionOf } from './description-of'
import { useSaveHere } from './use-save-here'

interface SaveHereProps {
  session: TrainingSession
  state: TrainingSnapshot
}

/** Saves the model in this browser. */
export function SaveHere({ session, state }: SaveHereProps) {
  const t = useTranslations('train')
  const own = useTranslations('ownModels')
  const { model, changed } = state
  const saved = state.saved && isOwnModel(state.saved.id) ? state.saved : null
  if (model === null && saved === null) return null
  return (
    <section aria-labelledby="save-title" className="rounded-2xl border border-line bg-card p-5 shadow-card">
      <h2 id="save-title" className="font-semibold text-sm">
        {t(saved && !changed ? 'useTitle' : 'saveTitle')}
      </h2>
      {model !== null && (saved === null || changed) && <SaveForm session={session} state={state} saved={saved} />}
      {saved && (
        <div className={changed ? 'mt-5 border-line border-t pt-4' : 'mt-1'}>
          <p role="status" className="flex items-center gap-1.5 text-ink-2 text-sm">
            <Check aria-hidden className="size-4 shrink-0 text-accent" />
            <span className="min-w-0 [overflow-wrap:anywhere]">{own('savedNow', { title: saved.title })}</span>
          </p>
          <Link
            href={`/?model=${encodeURIComponent(saved.id)}`}
            prefetch={false}
            className="mt-3 inline-flex h-10 items-center gap-2 rounded-card border border-line-2 bg-card px-4 font-semibold text-sm hover:bg-sunk"
          >
            {t('classifyWith')} <ArrowRight aria-hidden className="size-4" />
          </Link>
        </div>
      )}
    </section>
  )
}

function SaveForm({ session, state: { photos }, saved }: SaveHereProps & { saved: TrainingSnapshot['saved'] }) {
  const t = useTranslations('train')
  const own = useTranslations('ownModels')
  const save = useSaveHere(session)
  const [another, setAnother] = useState(false)
  const isNew = saved === null || another
  const reading = photos.some(({ label, state }) => label !== null && (state === 'waiting' || state === 'reading'))
  function submit(event: FormEvent<HTMLFormElement>): void {
    event.preventDefault()
    const description = descriptionOf(event.currentTarget)
    void save.save(isNew ? null : (saved?.id ?? null), description).then((done) => done && setAnother(false))
  }
  return (
    <form onSubmit={submit} className="mt-1">
      <p className="max-w-[56ch] text-pretty text-ink-2 text-sm">{own('saveHint')}</p>
      {isNew && <DescriptionFields />}
      <div className="mt-4 flex flex-wrap items-center gap-x-3 gap-y-2">
        <Button
          type="submit"
          variant="primary"
          disabled={save.progress !== null || reading}
          className="disabled:opacity-60"
        >
          <Save aria-hidden /> {save.progress !== null ? t('saving') : own(isNew ? 'save' : 'saveChanges')}
        </Button>
        {saved !== null && !another && (
          <Button variant="quiet" onClick={() => setAnother(true)}>
            {t('saveAsNew')}
          </Button>
        )}
        {save.progress !== null && save.progress > 0 && (
          <ProgressBar label={t('saving')} value={save.progress} className="w-32" />
        )}
      </div>
      <p role="alert" className="mt-2 text-pretty text-bad text-sm empty:hidden">
        {save.error}
      </p>
    </form>
  )
}
