import clsx from 'clsx'
import { CornerDownRight, X } from 'lucide-react'
import type { ReactNode } from 'react'
import { useTranslations } from 'use-intl'
import type { SavedState } from '@/lib/client/batch/saved-state'
import type { SavedBatch } from '@/lib/client/batch/store'
import { ConfirmButton } from '../ui/confirm-button'
import { FactsLine } from '../ui/facts-line'
import { useFormat } from '../ui/use-format'
import { EditableName } from './editable-name'
import { useBatchTitle } from './use-batch-title'

interface SavedBatchRowProps {
  batch: SavedBatch
  /** The batch above with the same photos. */
  samePhotosAs: SavedBatch | null
  /** Null until it is known. */
  state: SavedState | null
  /** Name of the model; null in batches of earlier versions. */
  model: string | null
  onRename(title: string): void
  onDelete(): void
}

/** The button that asks whether to delete a batch. */
export const deleteButtonId = (batch: string) => `delete-${batch}`

/** A batch in the list: its name, and how it went in one line. */
export function SavedBatchRow({ batch, samePhotosAs, state, model, onRename, onDelete }: SavedBatchRowProps) {
  const t = useTranslations('batch')
  const titleOf = useBatchTitle()
  const name = titleOf(batch)
  return (
    <li className="flex flex-wrap items-center gap-x-3 border-line border-t py-1">
      {samePhotosAs && <CornerDownRight aria-hidden className="ml-2 size-4 shrink-0 text-ink-3" />}
      <div className="relative min-w-0 flex-1 basis-60 py-1.5">
        <EditableName name={name} onRename={onRename}>
          {(field) =>
            field ??
            (state === 'expired' ? (
              <span translate="no" className="truncate font-medium text-ink-2">
                {name}
              </span>
            ) : (
              <a
                href={`#${batch.id}`}
                translate="no"
                className="truncate rounded-[4px] font-medium after:absolute after:inset-0 after:rounded-card hover:underline"
              >
                {name}
              </a>
            ))
          }
        </EditableName>
        <Facts batch={batch} state={state} model={model} />
        {samePhotosAs && <span className="sr-only">{t('samePhotosAs', { name: titleOf(samePhotosAs) })}</span>}
      </div>
      <ConfirmButton
        id={deleteButtonId(batch.id)}
        aria-label={t('delete', { name })}
        className="w-10 shrink-0 px-0!"
        yes={t('deleteYes')}
        no={t('deleteNo')}
        onConfirm={onDelete}
      >
        <X aria-hidden />
      </ConfirmButton>
    </li>
  )
}

function Facts({ batch, state, model }: Pick<SavedBatchRowProps, 'batch' | 'state' | 'model'>) {
  const t = useTranslations('batch')
  const format = useFormat()
  const { created, photos, outcome, accuracy } = batch
  const facts: [name: string, value: ReactNode][] = []
  if (state) facts.push(['state', <State key="s" state={state} />])
  facts.push(['date', format.day(created)], ['photos', t('photos', { count: photos })])
  if (outcome && outcome.failed > 0) facts.push(['failed', t('failed', { count: outcome.failed })])
  if (model !== null) facts.push(['model', model])
  if (typeof accuracy === 'number') facts.push(['right', t('rightShare', { percent: format.percent(accuracy) })])
  return <FactsLine facts={facts} className="text-ink-2 text-sm tabular-nums" />
}

function State({ state }: { state: SavedState }) {
  const t = useTranslations('batch.savedStates')
  const active = state === 'running' || state === 'paused' || state === 'unfinished'
  return <span className={clsx('font-medium', active && 'text-accent')}>{t(state)}</span>
}
