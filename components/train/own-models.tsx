import { FolderInput } from 'lucide-react'
import { useState } from 'react'
import { useTranslations } from 'use-intl'
import { FileButton } from '../ui/file-button'
import { useProblem } from '../ui/use-problem'
import { asFailure } from './as-failure'
import { OwnModelRow, type OwnModelRowProps } from './own-model-row'
import { useOwnModelList } from './use-own-model-list'

/** The models that this browser keeps, and a way to add one from a file. */
export function OwnModels({ bases, offer, opener }: Omit<OwnModelRowProps, 'model'>) {
  const t = useTranslations('ownModels')
  const models = useOwnModelList()
  return (
    <section
      aria-labelledby="own-models-title"
      className="rounded-2xl border border-line bg-card p-5 text-left shadow-card"
    >
      <h2 id="own-models-title" className="font-semibold text-sm">
        {t('title')}
      </h2>
      {models.length === 0 ? (
        <p className="mt-1 text-pretty text-ink-2 text-sm">{t('none')}</p>
      ) : (
        <ul className="mt-2 divide-y divide-line">
          {models.map((model) => (
            <li key={model.id} className="py-3 last:pb-0">
              <OwnModelRow model={model} bases={bases} offer={offer} opener={opener} />
            </li>
          ))}
        </ul>
      )}
      <Import />
    </section>
  )
}

function Import() {
  const t = useTranslations('ownModels')
  const problem = useProblem()
  const [state, setState] = useState<'idle' | 'busy' | { done: string } | { error: string }>('idle')
  async function open([file]: readonly File[]): Promise<void> {
    if (!file) return
    setState('busy')
    try {
      const { importModel } = await import('@/lib/client/device-models/zip')
      setState({ done: t('imported', { title: (await importModel(file)).title }) })
    } catch (error) {
      setState({ error: Object.values(problem(asFailure(error))).join('. ') })
    }
  }
  return (
    <div className="mt-4">
      <FileButton accept=".zip,application/zip" onFiles={(files) => void open(files)}>
        <FolderInput aria-hidden /> {t(state === 'busy' ? 'importing' : 'import')}
      </FileButton>
      <p role="status" className="mt-2 text-ink-2 text-sm empty:hidden">
        {typeof state === 'object' && 'done' in state && state.done}
      </p>
      <p role="alert" className="mt-2 text-pretty text-bad text-sm empty:hidden">
        {typeof state === 'object' && 'error' in state && state.error}
      </p>
    </div>
  )
}
