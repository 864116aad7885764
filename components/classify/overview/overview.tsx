import { Layers, Plus, Trash2 } from 'lucide-react'
import { useRouter } from 'next/navigation'
import { type ReactNode, useEffect } from 'react'
import { useTranslations } from 'use-intl'
import { handOver } from '@/lib/client/batch/handover'
import type { PhotoSession } from '@/lib/client/photos/photo-session'
import { Button } from '../../ui/button'
import { useSessionState } from '../use-tab-session'
import { OverviewGrid } from './overview-grid'
import { Progress } from './progress'

interface OverviewProps {
  session: PhotoSession
  onOpen(id: number): void
  onAdd(): void
  options: ReactNode
  /** Whether this server offers batches. */
  canBatch: boolean
}

/** From this many photos on, a batch serves the visitor better. */
const BATCH_FROM = 30

/** All photos of this visit with their results. */
export function Overview({ session, onOpen, onAdd, options, canBatch }: OverviewProps) {
  const t = useTranslations('classify.overview')
  const all = useTranslations('classify')
  const router = useRouter()
  const photos = useSessionState(session, (state) => state.photos)
  const model = useSessionState(session, (state) => state.model)
  const here = useSessionState(session, (state) => state.here)
  const selected = useSessionState(session, (state) => state.selected)
  // biome-ignore lint/correctness/useExhaustiveDependencies: another model needs results of its own
  useEffect(() => session.classifyAll(), [session, model])
  const offersBatch = canBatch && photos.length > BATCH_FROM
  function openAsBatch(): void {
    handOver(photos, model)
    session.withdrawPending()
    router.push('/batch')
  }
  return (
    <div className="pt-4 lg:pt-7">
      <div className="flex flex-wrap items-end justify-between gap-x-6 gap-y-4">
        <div className="min-w-0 flex-1 basis-72">
          <h1 className="font-semibold text-xl tracking-tight lg:text-2xl">{t('title', { count: photos.length })}</h1>
          <Progress session={session} photos={photos} model={model} />
        </div>
        <div className="flex flex-wrap gap-2">
          <Button onClick={onAdd}>
            <Plus aria-hidden /> {t('add')}
          </Button>
          <Button variant="quiet" onClick={() => session.removeAll()}>
            <Trash2 aria-hidden /> {all('removeAll')}
          </Button>
          {offersBatch && (
            <Button variant="primary" onClick={openAsBatch}>
              <Layers aria-hidden /> {t('openAsBatch')}
            </Button>
          )}
        </div>
      </div>
      {offersBatch && (
        <p className="mt-3 max-w-[64ch] text-pretty text-ink-2 text-sm">{t(here ? 'whyBatchHere' : 'whyBatch')}</p>
      )}
      {options}
      <OverviewGrid
        photos={photos}
        model={model}
        selected={selected}
        onOpen={onOpen}
        onRemove={(id) => session.remove(id)}
      />
    </div>
  )
}
