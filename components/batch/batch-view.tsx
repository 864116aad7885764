import { useState } from 'react'
import type { BatchSession } from '@/lib/client/batch/session'
import type { BatchSnapshot } from '@/lib/client/batch/snapshot'
import { type TableView, WHOLE } from '@/lib/client/batch/view'
import { lazily } from '../ui/lazily'
import { BatchHead } from './batch-head'
import { BatchNotices } from './batch-notices'
import { ConfidenceChart } from './confidence-chart'
import { LabelChart } from './label-chart'
import { PhotoTable } from './photo-table'

// Needed only for batches with labels.
const Judgement = lazily(
  () => import('./judgement').then((module) => module.Judgement),
  () => <div className="mt-10 h-96" />,
)

interface BatchViewProps {
  session: BatchSession
  snapshot: BatchSnapshot
  onFiles(files: readonly File[]): void
  onNew(): void
}

/** A batch with photos: progress, notices, table, charts, and the comparison with labels. */
export function BatchView({ session, snapshot, onFiles, onNew }: BatchViewProps) {
  const [view, setView] = useState<TableView>(WHOLE)
  const { items, labels, job } = snapshot
  function show(part: Partial<TableView>): void {
    setView({ ...view, ...part })
    document.getElementById('photos')?.scrollIntoView({ block: 'start' })
  }
  return (
    <>
      <BatchHead session={session} snapshot={snapshot} view={view} onFiles={onFiles} onNew={onNew} />
      <BatchNotices session={session} snapshot={snapshot} onFiles={onFiles} />
      {items.length > 0 && (
        <div className="mt-6 grid grid-cols-[minmax(0,1fr)] gap-6 lg:grid-cols-[minmax(0,1fr)_300px]">
          <PhotoTable session={session} snapshot={snapshot} view={view} onView={setView} />
          <div className="grid content-start gap-6">
            <LabelChart items={items} chosen={view.label} onChoose={(label) => setView({ ...view, label })} />
            <ConfidenceChart items={items} />
          </div>
        </div>
      )}
      {labels && job && (
        <Judgement
          labels={labels}
          job={job}
          items={items}
          onShow={(only) => show({ ...WHOLE, only })}
          onPick={(picks) => session.setLabels({ ...labels, picks })}
          onRemove={() => session.setLabels(null)}
        />
      )}
    </>
  )
}
