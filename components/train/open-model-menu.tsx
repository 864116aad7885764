import { FolderDown } from 'lucide-react'
import { useEffect, useState } from 'react'
import { useTranslations } from 'use-intl'
import type { Failure } from '@/lib/client/api/failure'
import type { ModelInfo } from '@/lib/shared/contract/contract'
import { ActionItem, ActionMenu } from '../ui/action-menu'
import { useProblem } from '../ui/use-problem'
import { asFailure } from './as-failure'

/** The menu of the models that this server has. It is open at first: it was asked for before its code was there. */
export function OpenModelMenu({ label, onOpen }: { label: string; onOpen(id: string): void }) {
  return (
    <ActionMenu icon={<FolderDown aria-hidden className="size-4" />} label={label} defaultOpen>
      <SavedModels onOpen={onOpen} />
    </ActionMenu>
  )
}

/** The models that were trained on photos, asked for when the menu opens. */
function SavedModels({ onOpen }: { onOpen(id: string): void }) {
  const t = useTranslations('train')
  const problem = useProblem()
  const [models, setModels] = useState<readonly ModelInfo[] | Failure | null>(null)
  useEffect(() => {
    let mounted = true
    import('@/lib/client/training/saved-models')
      .then(({ fetchModels }) => fetchModels())
      .then((all) => mounted && setModels(all.filter(({ head }) => head === 'linear')))
      .catch((error) => mounted && setModels(asFailure(error)))
    return () => {
      mounted = false
    }
  }, [])
  if (models === null) return <p className="px-3 py-2 text-ink-2 text-sm">{t('opening')}</p>
  if ('code' in models) return <p className="px-3 py-2 text-bad text-sm">{problem(models).title}</p>
  if (models.length === 0) return <p className="px-3 py-2 text-ink-2 text-sm">{t('noSaved')}</p>
  return models.map(({ id, title }) => (
    <ActionItem key={id} onClick={() => onOpen(id)} {...(title !== id && { hint: id })}>
      <span translate="no">{title}</span>
    </ActionItem>
  ))
}
