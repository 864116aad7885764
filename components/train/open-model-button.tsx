import { FolderDown } from 'lucide-react'
import { useEffect, useState } from 'react'
import { useTranslations } from 'use-intl'
import type { TrainingSession } from '@/lib/client/training/session'
import { lazy } from '../ui/lazy'

/** The button until it is pressed, or until the code of its menu is there. */
function PlainButton({ onClick }: { onClick?: () => void }) {
  const t = useTranslations('train')
  return (
    <button
      type="button"
      onClick={onClick}
      className="-ml-2 inline-flex h-9 items-center gap-1.5 rounded-card px-2 text-ink-2 text-sm hover:bg-sunk hover:text-ink"
    >
      <FolderDown aria-hidden className="size-4" /> {t('open')}
    </button>
  )
}

const OpenModel = lazy(() => import('./open-model').then((module) => module.OpenModel), PlainButton)

/** Offers to continue with a saved model, and opens the one that the URL names: `?model=my-parts`. */
export function OpenModelButton({ session }: { session: TrainingSession }) {
  const [wanted, setWanted] = useState<{ id: string | null } | null>(null)
  useEffect(() => {
    const id = new URLSearchParams(location.search).get('model')
    if (id === null) return
    // A reload continues with what the visitor has changed since.
    history.replaceState(history.state, '', location.pathname)
    setWanted({ id })
  }, [])
  if (wanted === null) return <PlainButton onClick={() => setWanted({ id: null })} />
  return <OpenModel session={session} id={wanted.id} />
}
