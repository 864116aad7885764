import clsx from 'clsx'
import { Plus } from 'lucide-react'
import { type FormEvent, useId, useState } from 'react'
import { useTranslations } from 'use-intl'
import type { TrainingSession } from '@/lib/client/training/session'
import type { TrainingLabel } from '@/lib/client/training/types'
import { Button } from '../ui/button'
import { focusOnceThere } from '../ui/focus-once-there'
import { useNameFault } from './use-name-fault'

interface AddLabelProps {
  session: TrainingSession
  labels: readonly TrainingLabel[]
  /** Whether it is the one thing to do on the page. */
  primary?: boolean
  className?: string
}

/** A field for the name of a new label. Photos that wait for a label get it. */
export function AddLabel({ session, labels, primary = false, className }: AddLabelProps) {
  const t = useTranslations('train')
  const id = useId()
  const [name, setName] = useState('')
  const [tried, setTried] = useState(false)
  const fault = useNameFault(labels, null)(name)
  function add(event: FormEvent): void {
    event.preventDefault()
    setTried(true)
    if (name.trim() === '' || fault !== null) return
    const label = session.addLabel(name)
    if (session.snapshot().photos.some((photo) => photo.label === null)) session.sortWaiting(label.id)
    setName('')
    setTried(false)
    // This field goes with the first label. The next one is on the page that takes its place.
    if (primary) focusOnceThere('[data-new-label=next]')
  }
  return (
    <form onSubmit={add} className={className}>
      <label htmlFor={id} className="sr-only">
        {t('newLabel')}
      </label>
      <div className="flex gap-2">
        <input
          id={id}
          type="text"
          value={name}
          onChange={({ target }) => setName(target.value)}
          placeholder={t('newLabelHint')}
          autoComplete="off"
          data-new-label={primary ? 'first' : 'next'}
          aria-invalid={tried && fault !== null}
          aria-describedby={`${id}-fault`}
          className="h-10 min-w-0 flex-1 rounded-card border border-line-2 bg-card px-3 text-sm placeholder:text-ink-3"
        />
        <Button type="submit" variant={primary ? 'primary' : 'secondary'} className="shrink-0">
          <Plus aria-hidden /> {t('addLabel')}
        </Button>
      </div>
      <p id={`${id}-fault`} role="status" className={clsx('text-bad text-sm empty:hidden', 'mt-1.5 text-left')}>
        {tried && name.trim() !== '' ? fault : null}
      </p>
    </form>
  )
}
