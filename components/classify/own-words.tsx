'use client'

import { TextCursorInput } from 'lucide-react'
import { useTranslations } from 'use-intl'
import type { ModelInfo } from '@/lib/shared/contract/contract'
import type { TrainingOffer } from '@/lib/shared/contract/site'
import type { LabelWords } from '@/lib/shared/zero-shot/candidate-labels'
import { formatChoice, parseChoice } from '@/lib/shared/zero-shot/choice'
import { lazy } from '../ui/lazy'
import { usePersistentState } from '../ui/use-persistent-state'
import { ownWordsModel, START_WORDS } from './own-words-model'

const WordsEditor = lazy(
  () => import('./words-editor').then((module) => module.WordsEditor),
  () => <div className="mb-6 h-44" />,
)

interface OwnWordsProps {
  /** Who may save the labels as a model; null if nobody. */
  training: TrainingOffer | null
  models: readonly ModelInfo[]
  /** The model, or a text-image model with the visitor's labels. */
  model: string
  /** The model to go back to. */
  usual: string
  onModel(model: string): void
  /** Whether it is about many photos. */
  many?: boolean
}

/** "Label it in your own words": where a text-image model is installed, the visitor's labels instead of a model's. */
export function OwnWords({ training, models, model, usual, onModel, many = false }: OwnWordsProps) {
  const t = useTranslations('ownWords')
  const [saved, save] = usePersistentState<LabelWords>('own words', START_WORDS)
  const choice = parseChoice(model)
  const offered = choice.words ? choice.model : ownWordsModel(models)
  if (offered === null) return null
  function apply(words: LabelWords): void {
    save(words)
    onModel(formatChoice({ model: offered as string, words }))
  }
  if (choice.words)
    return (
      <WordsEditor
        base={offered}
        training={training}
        words={choice.words}
        onWords={apply}
        onClose={() => onModel(usual)}
      />
    )
  return (
    <button
      type="button"
      onClick={() => apply(saved)}
      onPointerEnter={WordsEditor.preload}
      onFocus={WordsEditor.preload}
      className="-mx-2 mb-3 flex items-center gap-1.5 rounded-card px-2 py-1.5 text-left text-ink-2 text-sm hover:bg-sunk hover:text-ink"
    >
      <TextCursorInput aria-hidden className="size-4 shrink-0" />
      {t(many ? 'openMany' : 'open')}
    </button>
  )
}
