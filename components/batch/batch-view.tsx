import { useState } from 'react'
import type { BatchSession } from '@/lib/client/batch/session'
import type { BatchSnapshot } from '@/lib/client/batch/snapshot'
import { DEFAULT_VIEW, type TableView } from '@/lib/client/batch/table-view'
import { lazy } from '../ui/lazy'
import { BatchHeader } from './batch-header'
import { BatchNotices } from './batch-notices'
import { ConfidenceChart } from './confidence-chart'
import { LabelChart } from './label-chart'
import { PhotoTable } from './photo-table'

// Only needed once a labels file was added.
const EvaluationPanel = lazy(
  () => import('./evaluation-panel').then((module) => module.EvaluationPanel),
  () => <div className="mt-10 h-96" />,
)

interface BatchViewProps {
  session: BatchSession
  snapshot: BatchSnapshot
  onFiles(files: readonly File[]): void
  onNew(): void
}

/** A batch with photos: progress, notices, table, charts, and the evaluation against labels. */
export function BatchView({ session, snapshot, onFiles, onNew }: BatchViewProps) {
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
