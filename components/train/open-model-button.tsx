import { FolderDown } from 'lucide-react'
import { useState } from 'react'
import { useTranslations } from 'use-intl'
import { lazy } from '../ui/lazy'
import type { OpenModel } from './use-open-model'

/** The button until it is pressed, or until the code of its menu is there. */
function PlainButton({ label, onClick }: { label: string; onClick?: () => void }) {
  return (
    <button
      type="button"
      onClick={onClick}
      className="-ml-2 inline-flex h-9 items-center gap-1.5 rounded-card px-2 text-ink-2 text-sm hover:bg-sunk hover:text-ink"
    >
      <FolderDown aria-hidden className="size-4" /> {label}
    </button>
  )
}

const OpenModelMenu = lazy(
  () => import('./open-model-menu').then((module) => module.OpenModelMenu),
  () => <PlainButton label={useTranslations('train')('opening')} />,
)

/** Offers to continue with a saved model. */
export function OpenModelButton({ opener: { state, request } }: { opener: OpenModel }) {
  const t = useTranslations('train')
  const [wanted, setWanted] = useState(false)
  const label = t(state === 'opening' ? 'opening' : 'open')
  if (!wanted) return <PlainButton label={label} onClick={() => setWanted(true)} />
  return <OpenModelMenu label={label} onOpen={request} />
}
