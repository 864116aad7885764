import { FolderDown } from 'lucide-react'
import { useEffect, useState } from 'react'
import { useTranslations } from 'use-intl'
import type { Failure } from '@/lib/client/api/failure'
import type { TrainingSession } from '@/lib/client/training/session'
import type { ModelInfo } from '@/lib/shared/contract/contract'
import { ActionItem, ActionMenu } from '../ui/action-menu'
import { useProblem } from '../ui/use-problem'

interface OpenModelProps {
  session: TrainingSession
  /** The model to open at once; null to offer a list. */
  id: string | null
}

/** Continues with a model that the server has: the given one, or one of those that the server lists. */
export function OpenModel({ session, id }: OpenModelProps) {
  const t = useTranslations('train')
  const problem = useProblem()
  const [state, setState] = useState<'idle' | 'opening' | Failure>('idle')
  async function open(id: string): Promise<void> {
    setState('opening')
    try {
      const { fetchExamples, fetchModel } = await import('@/lib/client/training/saved-models')
      const { model } = await fetchModel(id)
      session.load(model, model.base_model?.id ?? session.snapshot().base, await fetchExamples(model))
      setState('idle')
    } catch (error) {
      setState(error as Failure)
    }
  }
  // biome-ignore lint/correctness/useExhaustiveDependencies: it is opened once
  useEffect(() => {
    if (id !== null) void open(id)
  }, [])
  return (
    <div className="min-w-0">
      <ActionMenu
        icon={<FolderDown aria-hidden className="size-4" />}
        label={state === 'opening' ? t('opening') : t('open')}
        defaultOpen={id === null}
      >
        <SavedModels onOpen={(id) => void open(id)} />
      </ActionMenu>
      {typeof state === 'object' && (
        <p role="alert" className="text-bad text-sm">
          {t('openFailed')}: {problem(state).detail}
        </p>
      )}
    </div>
  )
}

/** The custom models of this server, asked for when the menu opens. */
function SavedModels({ onOpen }: { onOpen(id: string): void }) {
  const t = useTranslations('train')
  const [models, setModels] = useState<readonly ModelInfo[] | null>(null)
  useEffect(() => {
    let mounted = true
    import('@/lib/client/training/saved-models')
      .then(({ fetchModels }) => fetchModels())
      .then((all) => mounted && setModels(all.filter(({ base_model }) => base_model !== null)))
      .catch(() => mounted && setModels([]))
    return () => {
      mounted = false
    }
  }, [])
  if (models === null) return <p className="px-3 py-2 text-ink-2 text-sm">{t('opening')}</p>
  if (models.length === 0) return <p className="px-3 py-2 text-ink-2 text-sm">{t('noSaved')}</p>
  return models.map(({ id, title }) => (
    <ActionItem key={id} onClick={() => onOpen(id)} {...(title !== id && { hint: id })}>
      <span translate="no">{title}</span>
    </ActionItem>
  ))
}
