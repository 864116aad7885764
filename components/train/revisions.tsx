import { useTranslations } from 'use-intl'
import type { Failure } from '@/lib/client/api/failure'
import type { SavedModel } from '@/lib/client/training/saved-models'
import type { TrainingSession } from '@/lib/client/training/session'
import { Button } from '../ui/button'
import { ConfirmButton } from '../ui/confirm-button'
import { Disclosure } from '../ui/disclosure'
import { useFormat } from '../ui/use-format'
import { asFailure } from './as-failure'
import { toContinue } from './to-continue'

interface RevisionsProps {
  session: TrainingSession
  details: SavedModel
  token: string | null
  /** Whether the page has changes that aren't saved, which a restored revision replaces. */
  unsaved: boolean
  onFailure(failure: Failure): void
}

/** The steps of a model, newest first. An earlier one can be used again. */
export function Revisions({ session, details: { model, history }, token, unsaved, onFailure }: RevisionsProps) {
  const t = useTranslations('train')
  const format = useFormat()
  if (history.length < 2) return null
  async function restore(revision: string): Promise<void> {
    try {
      const { changeModel, fetchExamples } = await import('@/lib/client/training/saved-models')
      const restored = await changeModel(model.id, { revision }, token)
      session.load(restored, toContinue(restored, session.snapshot().base), await fetchExamples(restored))
    } catch (error) {
      onFailure(asFailure(error))
    }
  }
  const newestFirst = history.toReversed()
  return (
    <Disclosure className="mt-1" label={`${t('revisions')} · ${format.integer(history.length)}`}>
      <ul className="grid gap-1 text-sm">
        {newestFirst.map(({ revision, time }, at) => (
          <li key={time} className="flex min-h-9 items-center gap-3">
            <span className="figures text-ink-2">{format.day(Date.parse(time))}</span>
            {at === 0 ? (
              <span className="text-ink-3">{t('current')}</span>
            ) : (
              revision !== null &&
              revision !== model.revision && <Restore unsaved={unsaved} onRestore={() => void restore(revision)} />
            )}
          </li>
        ))}
      </ul>
    </Disclosure>
  )
}

function Restore({ unsaved, onRestore }: { unsaved: boolean; onRestore(): void }) {
  const t = useTranslations('train')
  const style = { variant: 'quiet', className: 'h-9! px-2!' } as const
  if (unsaved) {
    return (
      <ConfirmButton {...style} yes={t('restoreYes')} no={t('openNo')} onConfirm={onRestore}>
        {t('restore')}
      </ConfirmButton>
    )
  }
  return (
    <Button {...style} onClick={onRestore}>
      {t('restore')}
    </Button>
  )
}
