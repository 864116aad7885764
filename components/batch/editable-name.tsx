import clsx from 'clsx'
import { Pencil } from 'lucide-react'
import { type KeyboardEvent, type ReactNode, useEffect, useRef, useState } from 'react'
import { useTranslations } from 'use-intl'

interface EditableNameProps {
  name: string
  onRename(name: string): void
  className?: string
  /** Renders the name, or the field in its place while it is edited. */
  children(field: ReactNode | null): ReactNode
}

const MAX_LENGTH = 100
/** In characters. */
const MIN_WIDTH = 8

/** A name with a button to edit it in place. Enter and leaving the field save, Escape cancels. */
export function EditableName({ name, onRename, className, children }: EditableNameProps) {
  const t = useTranslations('batch')
  const [editing, setEditing] = useState(false)
  const button = useRef<HTMLButtonElement>(null)
  const returning = useRef(false)
  useEffect(() => {
    if (!editing && returning.current) button.current?.focus()
    returning.current = false
  }, [editing])
  function finish(text: string | null, byKey: boolean): void {
    returning.current = byKey
    setEditing(false)
    if (text !== null && text.trim() !== name) onRename(text)
  }
  return (
    <div className={clsx('flex min-w-0 items-center gap-1', className)}>
      {children(editing ? <NameField name={name} onFinish={finish} /> : null)}
      {!editing && (
        <button
          ref={button}
          type="button"
          aria-label={t('rename', { name })}
          onClick={() => setEditing(true)}
          className="relative z-10 grid size-9 shrink-0 place-items-center rounded-card text-ink-3 hover:bg-sunk hover:text-ink"
        >
          <Pencil aria-hidden className="size-4" />
        </button>
      )}
    </div>
  )
}

interface NameFieldProps {
  name: string
  /** @param text the new name, null if editing was cancelled */
  onFinish(text: string | null, byKey: boolean): void
}

function NameField({ name, onFinish }: NameFieldProps) {
  const t = useTranslations('batch')
  // The field loses the focus once more when it is removed.
  const finished = useRef(false)
  function finish(text: string | null, byKey: boolean): void {
    if (finished.current) return
    finished.current = true
    onFinish(text, byKey)
  }
  function handleKey(event: KeyboardEvent<HTMLInputElement>): void {
    if (event.key !== 'Enter' && event.key !== 'Escape') return
    event.preventDefault()
    finish(event.key === 'Enter' ? event.currentTarget.value : null, true)
  }
  return (
    <input
      type="text"
      aria-label={t('nameField')}
      translate="no"
      defaultValue={name}
      // As wide as the name, so that what is beside it stays there.
      size={Math.max(MIN_WIDTH, name.length)}
      maxLength={MAX_LENGTH}
      // biome-ignore lint/a11y/noAutofocus: the visitor has just asked to edit it
      autoFocus
      onFocus={({ target }) => target.select()}
      onKeyDown={handleKey}
      onBlur={({ target }) => finish(target.value, false)}
      className="-mx-2 -my-[3px] relative z-10 w-[calc(100%+1rem)] min-w-0 rounded-card border border-line-2 bg-card px-2 py-0.5 font-[inherit] text-[length:inherit] tracking-[inherit]"
    />
  )
}
