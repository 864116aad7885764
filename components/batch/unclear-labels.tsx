import clsx from 'clsx'
import { useMemo, useState } from 'react'
import { useTranslations } from 'use-intl'
import type { LabelChoices, LabelsFile } from '@/lib/client/batch/labels'
import type { Label } from '@/lib/shared/contract/contract'
import { labelFinder } from '@/lib/shared/labels-file/label-column'
import type { MatchedLabels } from '@/lib/shared/labels-file/match-labels'
import { truthWords } from '@/lib/shared/metrics/evaluation'
import { labelCandidates } from '@/lib/shared/metrics/label-candidates'
import { Button } from '../ui/button'
import { useFormat } from '../ui/use-format'
import { MeaningField } from './meaning-field'

interface UnclearLabelsProps {
  reading: MatchedLabels
  /** Whether a photo may have several labels. */
  several: boolean
  labels: LabelsFile
  classes: readonly Label[]
  onChoose(choices: LabelChoices): void
}

/** A word in the labels file that isn't one label of the model. */
interface UnclearWord {
  word: string
  photos: number
  /** Classes with this name. */
  ambiguous: readonly number[]
}

const INITIAL_WORDS = 6

/** Labels that the model doesn't have, or has several of, each with the labels it may mean. */
export function UnclearLabels({ reading, several, labels, classes, onChoose }: UnclearLabelsProps) {
  const t = useTranslations('batch.judgement')
  const format = useFormat()
  const [expanded, setExpanded] = useState(false)
  const words = useMemo(() => unclearWords(reading, several, classes), [reading, several, classes])
  const meanings = labels.choices.meanings ?? {}
  const open = words.filter(({ word }) => meanings[word] === undefined).length
  if (words.length === 0) return null
  function choose(word: string, label: string): void {
    const { [word]: _, ...others } = meanings
    onChoose({ meanings: label === '' ? others : { ...others, [word]: label } })
  }
  return (
    <section
      aria-labelledby="unclear"
      className={clsx('mt-4 rounded-card px-4 py-3 text-sm', open > 0 ? 'bg-warn-soft' : 'bg-sunk')}
    >
      <h3 id="unclear" className="font-semibold">
        {open > 0 ? t('unclear', { count: open }) : t('meaningsChosen', { count: words.length })}
      </h3>
      {open > 0 && <p className="mt-0.5 text-pretty text-ink-2">{t(several ? 'unclearSeveralHint' : 'unclearHint')}</p>}
      <ul className="mt-2 grid gap-x-8 gap-y-2 lg:grid-cols-2">
        {(expanded ? words : words.slice(0, INITIAL_WORDS)).map((word) => (
          <Word
            key={word.word}
            unclear={word}
            classes={classes}
            meaning={meanings[word.word] ?? ''}
            onChoose={(label) => choose(word.word, label)}
          />
        ))}
      </ul>
      {words.length > INITIAL_WORDS && !expanded && (
        <Button variant="quiet" className="-mx-2 mt-1 h-9 px-2!" onClick={() => setExpanded(true)}>
          {t('allUnclear', { count: format.integer(words.length) })}
        </Button>
      )}
    </section>
  )
}

interface WordProps {
  unclear: UnclearWord
  classes: readonly Label[]
  /** The chosen label, or empty. */
  meaning: string
  onChoose(label: string): void
}

function Word({ unclear: { word, photos, ambiguous }, classes, meaning, onChoose }: WordProps) {
  const t = useTranslations('batch.judgement')
  const batch = useTranslations('batch')
  const candidates = useMemo(() => labelCandidates(word, classes, ambiguous), [word, classes, ambiguous])
  return (
    <li className="flex flex-wrap items-center gap-x-3 gap-y-1">
      <span className="min-w-0 flex-1 basis-40">
        <span translate="no" className="block truncate font-medium" title={word}>
          {word}
        </span>
        <span className="block text-ink-2 text-xs">
          {batch('photos', { count: photos })} · {ambiguous.length > 0 ? t('ambiguousWord') : t('unknownWord')}
        </span>
      </span>
      {ambiguous.length > 0 ? (
        <select
          lang="en"
          aria-label={t('meaning', { word })}
          value={meaning}
          onChange={({ target }) => onChoose(target.value)}
          className="h-10 w-52 max-w-full rounded-card border border-line-2 bg-card px-3"
        >
          <option value="">{t('noMeaning')}</option>
          {candidates.map((label) => (
            <option key={label} value={label}>
              {label}
            </option>
          ))}
        </select>
      ) : (
        <MeaningField word={word} classes={classes} candidates={candidates} meaning={meaning} onChoose={onChoose} />
      )}
    </li>
  )
}

/** Those of the most photos first; ambiguous ones before unknown ones, because a choice settles them. */
function unclearWords({ labels, kind }: MatchedLabels, several: boolean, classes: readonly Label[]): UnclearWord[] {
  const find = labelFinder(kind, classes)
  const words = new Map<string, UnclearWord>()
  for (const word of truthWords({ labels, several })) {
    const match = find(word)
    if ('index' in match) continue
    const known = words.get(word) ?? { word, photos: 0, ambiguous: match.candidates }
    words.set(word, { ...known, photos: known.photos + 1 })
  }
  return [...words.values()].sort(
    (a, b) => Number(b.ambiguous.length > 0) - Number(a.ambiguous.length > 0) || b.photos - a.photos,
  )
}
