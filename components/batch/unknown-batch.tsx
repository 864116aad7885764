import { Plus } from 'lucide-react'
import { useTranslations } from 'use-intl'
import type { ModelInfo } from '@/lib/shared/contract/contract'
import { Button } from '../ui/button'
import { SavedBatches } from './saved-batches'

/** The page of a batch that doesn't exist: what may have happened, and where to go. */
export function UnknownBatch({ models, onNew }: { models: readonly ModelInfo[]; onNew(): void }) {
  const t = useTranslations('batch')
  return (
    <div className="mx-auto max-w-[47.5rem] pt-2 sm:pt-6">
      <h1 className="font-semibold text-xl tracking-tight lg:text-2xl">{t('unknownTitle')}</h1>
      <p role="status" className="mt-2 max-w-[64ch] text-pretty text-ink-2">
        {t('unknown')}
      </p>
      <Button variant="primary" className="mt-6" onClick={onNew}>
        <Plus aria-hidden /> {t('new')}
      </Button>
      <SavedBatches models={models} />
    </div>
  )
}
