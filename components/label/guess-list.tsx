import clsx from 'clsx'
import { Check } from 'lucide-react'
import { useTranslations } from 'use-intl'
import type { Guesses } from '@/lib/client/labeling/guesses'
import { useFormat } from '../ui/use-format'
import { Key } from './key'

interface GuessListProps {
  guesses: Guesses
  /** The labels that are selected, where a photo may have several; null where it has one. */
  picked: readonly string[] | null
  onChoose(label: string): void
}

/** The labels under the keys 1 to 9, with the model's scores. */
export function GuessList({ guesses: { list, uncertainReason }, picked, onChoose }: GuessListProps) {
  const t = useTranslations('label')
  const best = Math.max(...list.map(({ score }) => score ?? 0))
  return (
    <div className={list.length === 0 ? 'hidden' : undefined}>
      <ol className="grid gap-1" aria-label={t('guesses')}>
        {list.map(({ label, score }, at) => (
          // The focus stays on a key, whatever is under it for the next photo.
          // biome-ignore lint/suspicious/noArrayIndexKey: as above
          <li key={at}>
            <GuessButton
              number={at + 1}
              label={label}
              score={score}
              best={score === best}
              picked={picked?.includes(label) ?? null}
              onChoose={() => onChoose(label)}
            />
          </li>
        ))}
      </ol>
      {uncertainReason === 'unlike_known' && (
        <p className="mt-2 text-pretty rounded-card bg-warn-soft px-3 py-2 text-sm text-warn">{t('unlike')}</p>
      )}
    </div>
  )
}

interface GuessButtonProps {
  number: number
  label: string
  score: number | null
  /** Whether no other label has a higher score. */
  best: boolean
  /** Whether it is selected; null where choosing a label is all there is to do. */
  picked: boolean | null
  onChoose(): void
}

function GuessButton({ number, label, score, best, picked, onChoose }: GuessButtonProps) {
  const t = useTranslations('answer')
  const format = useFormat()
  return (
    <button
      type="button"
      onClick={onChoose}
      aria-keyshortcuts={String(number)}
      aria-pressed={picked ?? undefined}
      className="relative flex min-h-11 w-full items-center gap-3 overflow-hidden rounded-card border border-line bg-card px-2.5 text-left text-sm hover:border-line-2 hover:bg-sunk aria-pressed:border-accent aria-pressed:bg-accent-soft"
    >
      {score !== null && (
        <span
          aria-hidden
          className={clsx('absolute bottom-0 left-0 h-[3px]', best ? 'bg-accent' : 'bg-bar')}
          style={{ width: `${100 * score}%` }}
        />
      )}
      <Key>{number}</Key>
      <span translate="no" className={clsx('min-w-0 flex-1 truncate', best && 'font-semibold')}>
        {label}
      </span>
      {picked && <Check aria-hidden className="size-4 shrink-0 text-accent" />}
      {score !== null && (
        <span className={clsx('figures text-[0.8125rem]', best ? 'text-ink' : 'text-ink-2')}>
          {t('percent', { value: format.percent(score) })}
        </span>
      )}
    </button>
  )
}
