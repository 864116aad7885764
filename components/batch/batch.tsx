'use client'

import { useMemo, useState } from 'react'
import { useDropzone } from 'react-dropzone'
import { useTranslations } from 'use-intl'
import type { BatchOptions, BatchSession } from '@/lib/client/batch/session'
import type { BatchSnapshot } from '@/lib/client/batch/snapshot'
import { DEFAULT_VIEW, type TableView } from '@/lib/client/batch/table-view'
import type { ModelInfo } from '@/lib/shared/contract/contract'
import { defaultModel } from '../classify/default-model'
import { DropOverlay } from '../classify/drop-overlay'
import { lazy } from '../ui/lazy'
import { BatchHeader } from './batch-header'
import { BatchNotices } from './batch-notices'
import { BatchStart } from './batch-start'
import { ConfidenceChart } from './confidence-chart'
import { LabelChart } from './label-chart'
import { PhotoTable } from './photo-table'
import { useBatch } from './use-batch'

// Only needed once a labels file was added.
const EvaluationPanel = lazy(
  () => import('./evaluation-panel').then((module) => module.EvaluationPanel),
  () => <div className="mt-10 h-96" />,
)

interface BatchProps {
  models: readonly ModelInfo[]
  limits: { imageBytes: number; files: number }
  retentionHours: number
}

/** The batch page: add photos, follow their progress, search, evaluate and export the results. */
export function Batch({ models, limits, retentionHours }: BatchProps) {
  const t = useTranslations('batch')
  const [settings, setSettings] = useState(() => ({ model: defaultModel(models), topK: 5, threshold: 0 }))
  const options = useMemo(() => optionsOf(settings, models, limits), [settings, models, limits])
  const { session, snapshot, add, close } = useBatch(options)
  const { getRootProps, getInputProps, isDragActive } = useDropzone({
    onDrop: add,
    noClick: true,
    noKeyboard: true,
    multiple: true,
    useFsAccessApi: false,
  })
  return (
    <div {...getRootProps()} className="min-h-[calc(100dvh-60px)] outline-none">
      <input {...getInputProps()} aria-hidden tabIndex={-1} style={{ display: 'none' }} />
      <DropOverlay visible={isDragActive} text={t('drop')} />
      <main id="content" tabIndex={-1} className="mx-auto max-w-[1120px] px-4 pt-6 pb-20 outline-none xl:px-0">
        {session && snapshot && snapshot.phase !== 'empty' ? (
          <BatchDetails session={session} snapshot={snapshot} onFiles={add} onNew={close} />
        ) : (
          <BatchStart
            models={models}
            settings={settings}
            onSettings={setSettings}
            onFiles={add}
            collecting={snapshot?.collecting ?? false}
            leftOut={snapshot?.leftOut ?? []}
            limits={limits}
            retentionHours={retentionHours}
          />
        )}
      </main>
    </div>
  )
}

interface BatchDetailsProps {
  session: BatchSession
  snapshot: BatchSnapshot
  onFiles(files: readonly File[]): void
  onNew(): void
}

/** A batch that has, or had, photos. */
function BatchDetails({ session, snapshot, onFiles, onNew }: BatchDetailsProps) {
  const [view, setView] = useState<TableView>(DEFAULT_VIEW)
  const { items, labels, job } = snapshot
  function show(part: Partial<TableView>): void {
    setView({ ...view, ...part })
    document.getElementById('photos')?.scrollIntoView({ block: 'start' })
  }
  return (
    <>
      <BatchHeader session={session} snapshot={snapshot} view={view} onFiles={onFiles} onNew={onNew} />
      <BatchNotices session={session} snapshot={snapshot} onFiles={onFiles} />
      {items.length > 0 && (
        <div className="mt-6 grid grid-cols-[minmax(0,1fr)] gap-6 lg:grid-cols-[minmax(0,1fr)_300px]">
          <PhotoTable session={session} snapshot={snapshot} view={view} onView={setView} />
          <div className="grid content-start gap-6">
            <LabelChart items={items} selected={view.label} onSelect={(label) => setView({ ...view, label })} />
            <ConfidenceChart items={items} />
          </div>
        </div>
      )}
      {labels && job && (
        <EvaluationPanel
          labels={labels}
          job={job}
          items={items}
          onShow={(subset) => show({ ...DEFAULT_VIEW, subset })}
          onPick={(picks) => session.setLabels({ ...labels, picks })}
          onRemove={() => session.setLabels(null)}
        />
      )}
    </>
  )
}

function optionsOf(
  settings: BatchOptions['settings'],
  models: readonly ModelInfo[],
  limits: BatchProps['limits'],
): BatchOptions {
  const { id = '', revision = '' } = models.find(({ id, type }) => settings.model === (type ?? id)) ?? {}
  return { settings, limits, model: { id, revision } }
}
