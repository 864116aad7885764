import { Pencil } from 'lucide-react'
import { type KeyboardEvent, useEffect, useRef, useState } from 'react'
import { useTranslations } from 'use-intl'
import type { TrainingSession } from '@/lib/client/training/session'
import type { TrainingLabel } from '@/lib/client/training/types'
import { useNameFault } from './use-name-fault'

interface LabelNameProps {
  session: TrainingSession
  label: TrainingLabel
  labels: readonly TrainingLabel[]
}

/** The name of a label, which can be edited in place: Enter saves it, Escape doesn't. */
export function LabelName({ session, label, labels }: LabelNameProps) {
  const t = useTranslations('train')
  const faultOf = useNameFault(labels, label)
  const [text, setText] = useState<string | null>(null)
  const button = useRef<HTMLButtonElement>(null)
  const returning = useRef(false)
  useEffect(() => {
    if (text === null && returning.current) button.current?.focus()
    if (text === null) returning.current = false
  }, [text])
  const fault = text === null ? null : faultOf(text)
  function finish(byKey: boolean): void {
    if (text === null) return
    if (fault !== null) {
      // With a wrong name, Enter keeps the field open, and leaving it keeps the old name.
      if (!byKey) setText(null)
      return
    }
    returning.current = byKey
    if (text.trim() !== label.name) session.renameLabel(label.id, text)
    setText(null)
  }
  function handleKey(event: KeyboardEvent): void {
    if (event.key === 'Enter') finish(true)
    else if (event.key === 'Escape') {
      returning.current = true
      setText(null)
    }
  }
  if (text === null) {
    return (
      <h3 className="min-w-0 flex-1 pt-1.5">
        <button
          ref={button}
          type="button"
          translate="no"
          title={t('rename', { label: label.name })}
          onClick={() => setText(label.name)}
          className="group -mx-1.5 flex max-w-full items-center gap-1.5 rounded-[7px] px-1.5 text-left font-semibold hover:bg-sunk"
        >
          <span className="min-w-0 [overflow-wrap:anywhere]">{label.name}</span>
          <Pencil
            aria-hidden
            className="size-3.5 shrink-0 text-ink-3 opacity-0 group-hover:opacity-100 group-focus-visible:opacity-100 pointer-coarse:opacity-100"
          />
        </button>
      </h3>
    )
  }
  return (
    <div className="min-w-0 flex-1">
      <input
        type="text"
        aria-label={t('nameField')}
        aria-invalid={fault !== null}
        translate="no"
        value={text}
        // biome-ignore lint/a11y/noAutofocus: the visitor has just asked to edit it
        autoFocus
        onFocus={({ target }) => target.select()}
        onChange={({ target }) => setText(target.value)}
        onKeyDown={handleKey}
        onBlur={() => finish(false)}
        className="-ml-2 h-9 w-full rounded-card border border-line-2 bg-card px-2 font-semibold"
      />
      <p role="status" className="text-bad text-sm empty:hidden">
        {fault}
      </p>
    </div>
  )
}
