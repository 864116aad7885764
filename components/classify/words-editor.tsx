'use client'

import { X } from 'lucide-react'
import { type FocusEvent, type FormEvent, type KeyboardEvent, useRef, useState } from 'react'
import { useTranslations } from 'use-intl'
import type { TrainingOffer } from '@/lib/shared/contract/site'
import { labelKey, nameFault } from '@/lib/shared/training/label-names'
import { type LabelWords, MAX_CANDIDATE_LABELS, splitLabels } from '@/lib/shared/zero-shot/candidate-labels'
import { DEFAULT_TEMPLATE, PLACEHOLDER } from '@/lib/shared/zero-shot/template'
import { Disclosure } from '../ui/disclosure'
import { lazy } from '../ui/lazy'
import { TextField } from '../ui/text-field'

const SaveWords = lazy(
  () => import('./save-words').then((module) => module.SaveWords),
  () => <div className="mt-1 h-8" />,
)

interface WordsEditorProps {
  /** The text-image model, by ID or type. */
  base: string
  /** Who may save the labels as a model; null if nobody. */
  training: TrainingOffer | null
  words: LabelWords
  onWords(words: LabelWords): void
  /** Back to a model with labels of its own. */
  onClose(): void
}

/** The visitor's labels: each can be removed, and typing adds more, several at once with commas. */
export function WordsEditor({ base, training, words, onWords, onClose }: WordsEditorProps) {
  const t = useTranslations('ownWords')
  const { labels, template } = words
  const field = useRef<HTMLInputElement>(null)
  const [text, setText] = useState('')
  const [refused, setRefused] = useState<string | null>(null)

  function add(): void {
    const known = new Set(labels.map(labelKey))
    const added: string[] = []
    for (const label of splitLabels(text)) {
      if (nameFault(label) !== null) {
        setRefused(label)
        return
      }
      if (known.has(labelKey(label))) continue
      known.add(labelKey(label))
      added.push(label)
    }
    setRefused(null)
    setText('')
    if (added.length > 0) onWords({ ...words, labels: [...labels, ...added].slice(0, MAX_CANDIDATE_LABELS) })
  }
  function remove(label: string): void {
    onWords({ ...words, labels: labels.filter((other) => other !== label) })
    field.current?.focus()
  }
  function onSubmit(event: FormEvent): void {
    event.preventDefault()
    add()
  }
  /** What was typed is a label once the visitor goes on, for example to the photos, but not in another window. */
  function onBlur({ currentTarget, relatedTarget }: FocusEvent): void {
    if (text.trim() !== '' && document.hasFocus() && !currentTarget.contains(relatedTarget)) add()
  }
  function onKeyDown(event: KeyboardEvent): void {
    const last = labels.at(-1)
    if (event.key === 'Backspace' && text === '' && labels.length > 1 && last !== undefined) remove(last)
    // A comma ends a label, unless it is within quotes.
    if (event.key === ',' && !text.trimStart().startsWith('"')) {
      event.preventDefault()
      add()
    }
  }
  return (
    <section aria-labelledby="own-words" className="mb-6">
      <div className="flex flex-wrap items-baseline gap-x-4">
        <h2 id="own-words" className="mr-auto font-semibold text-base">
          {t('title')}
        </h2>
        <button
          type="button"
          onClick={onClose}
          className="-mx-2 rounded-card px-2 py-1.5 text-ink-2 text-sm hover:bg-sunk hover:text-ink"
        >
          {t('close')}
        </button>
      </div>
      <form
        onSubmit={onSubmit}
        onBlur={onBlur}
        className="mt-2 flex flex-wrap gap-1.5 rounded-card border border-line-2 bg-card p-1.5 focus-within:outline-2 focus-within:outline-accent"
      >
        <ul className="contents">
          {labels.map((label) => (
            <li
              key={label}
              translate="no"
              className="flex h-8 min-w-0 max-w-full items-center rounded-md bg-sunk pl-2.5 text-sm"
            >
              <span className="truncate">{label}</span>
              {labels.length > 1 && (
                <button
                  type="button"
                  aria-label={t('remove', { label })}
                  onClick={() => remove(label)}
                  className="flex size-8 shrink-0 items-center justify-center rounded-md text-ink-3 hover:text-ink"
                >
                  <X aria-hidden className="size-3.5" />
                </button>
              )}
              {labels.length === 1 && <span className="w-2.5" />}
            </li>
          ))}
        </ul>
        <input
          ref={field}
          value={text}
          aria-label={t('add')}
          placeholder={t('add')}
          aria-describedby="own-words-hint"
          autoComplete="off"
          enterKeyHint="done"
          onChange={({ target }) => {
            setText(target.value)
            setRefused(null)
          }}
          onKeyDown={onKeyDown}
          className="h-8 min-w-32 flex-1 bg-transparent px-1.5 text-sm outline-none placeholder:text-ink-3"
        />
        {text.trim() !== '' && (
          <button type="submit" className="h-8 rounded-md px-2.5 font-medium text-accent text-sm hover:bg-sunk">
            {t('addNow')}
          </button>
        )}
      </form>
      <p id="own-words-hint" className="mt-1 text-pretty text-ink-3 text-xs">
        {t('hint')}
      </p>
      {refused !== null && (
        <p role="alert" className="mt-1 text-bad text-sm">
          {t('refused', { label: refused.slice(0, 40) })}
        </p>
      )}
      <Disclosure className="mt-1" label={t('advanced')}>
        <Template template={template} onTemplate={(next) => onWords({ ...words, template: next })} />
      </Disclosure>
      {training && <SaveWords base={base} words={words} offer={training} />}
    </section>
  )
}

interface TemplateProps {
  template: string
  onTemplate(template: string): void
}

/** Applied once it has a place for the label. */
function Template({ template, onTemplate }: TemplateProps) {
  const t = useTranslations('ownWords')
  const [text, setText] = useState(template)
  const isUsable = text.includes(PLACEHOLDER)
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault()
        if (isUsable) onTemplate(text)
      }}
      onBlur={() => isUsable && text !== template && onTemplate(text)}
    >
      <TextField
        name="template"
        label={t('template')}
        hint={t(isUsable ? 'templateHint' : 'templateFault', { place: PLACEHOLDER, usual: DEFAULT_TEMPLATE })}
        maxLength={200}
        translate="no"
        value={text}
        onChange={setText}
      />
    </form>
  )
}
