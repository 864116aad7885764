import { useEffect, useMemo, useRef, useState } from 'react'
import type { LabelChoices } from '@/lib/client/batch/labels'
import type { BatchOptions, BatchSession } from '@/lib/client/batch/session'
import { type BatchSnapshot, hasEnded } from '@/lib/client/batch/snapshot'
import { applyView, DEFAULT_VIEW } from '@/lib/client/batch/table-view'
import type { PhotoCheck } from '@/lib/shared/contract/check'
import type { ModelInfo } from '@/lib/shared/contract/contract'
import { rightResults } from '@/lib/shared/metrics/set-evaluation'
import type { LabelWords } from '@/lib/shared/zero-shot/candidate-labels'
import { hasTextModel } from '../classify/own-words-model'
import { lazy } from '../ui/lazy'
import { useLabelQuery } from '../ui/use-label-query'
import { BatchHeader } from './batch-header'
import { BatchNotices } from './batch-notices'
import { ComparisonPanel } from './comparison-panel'
import { ConfidenceChart } from './confidence-chart'
import { FolderLabelsOffer } from './folder-labels-offer'
import { LabelChart } from './label-chart'
import { PhotoTable } from './photo-table'
import { RerunNotice } from './rerun-notice'
import { useComparison } from './use-comparison'
import { type Judged, useJudged } from './use-judged'
import { useLabelPhotos } from './use-label-photos'
import { useModelNames } from './use-model-names'
import { usePartners } from './use-partners'
import { useRerun } from './use-rerun'
import { useTableLinks } from './use-table-links'

// Only needed once a labels file was added.
const EvaluationPanel = lazy(
  () => import('./evaluation-panel').then((module) => module.EvaluationPanel),
  () => <div className="h-dvh" />,
)
const CheckPanel = lazy(
  () => import('./check/check-panel').then((module) => module.CheckPanel),
  () => <div className="h-dvh" />,
)
const WordSearch = lazy(() => import('./word-search').then((module) => module.WordSearch))
const MapPanel = lazy(() => import('./map/map-panel').then((module) => module.MapPanel))

/** What a check found about photos, by path. */
const NOTHING_YET: ReadonlyMap<string, PhotoCheck> = new Map()

interface BatchViewProps {
  models: readonly ModelInfo[]
  options: BatchOptions
  session: BatchSession
  snapshot: BatchSnapshot
  onFiles(files: readonly File[]): void
  onNew(): void
  /** Opens a photo on the classify page. */
  onOpenPhoto(file: File): void
  /** Whether results can be explained. */
  canExplain: boolean
  /** Whether photos can be labeled here, for a model that learns from them. */
  canLabel: boolean
}

/** A batch with photos: progress, notices, table, charts, and the evaluation against labels. */
export function BatchView({ models, options, session, snapshot, ...props }: BatchViewProps) {
  const { onFiles, onNew, onOpenPhoto, canExplain, canLabel } = props
  const { view, setView, show, ...table } = useTableLinks(snapshot.id)
  const searched = searchedJob(snapshot)
  const isChecked = snapshot.job?.check === true
  const [found, setFound] = useState(NOTHING_YET)
  const judged = useJudged(snapshot)
  const modelName = useModelNames(models)
  const partners = usePartners(snapshot)
  const onLabel = useLabelPhotos(session, snapshot.items, canLabel)
  const rerun = useRerun(session, snapshot, models, partners, options.limits)
  const [partnerId, setPartnerId] = useState<string | null>(null)
  const partner = partners.find(({ id }) => id === partnerId) ?? partners[0] ?? null
  const compared = useComparison(snapshot, judged, partner, options)
  const panel = useRef<HTMLDivElement>(null)
  const { labels } = snapshot
  const { items } = judged
  const isWanted = useLabelQuery(modelsWithLabels(snapshot), view.query)
  const differences = compared?.comparison.differences
  const shown = useMemo(() => applyView(items, view, { isWanted, differences }), [items, view, isWanted, differences])
  const file = labels?.table
  const unreadable = snapshot.unreadableLabels
  const opening = snapshot.phase === 'opening'
  const seen = useRef({ file, unreadable, opening })
  // Labels that are added later are what the visitor wants to see next, but not those of an earlier visit.
  useEffect(() => {
    const added = (file && seen.current.file !== file) || (unreadable && seen.current.unreadable !== unreadable)
    const restored = seen.current.opening
    seen.current = { file, unreadable, opening }
    if (added && !restored) showPanel(panel.current)
  }, [file, unreadable, opening])
  const understood = judged.labeled && judged.trouble === null && judged.labels === labels ? labels : null
  useEffect(() => {
    if (understood) session.acceptLabels(understood)
  }, [session, understood])
  useAccuracy(session, snapshot, judged)
  useFocusAfterSwitch(session)
  function choose(choices: LabelChoices): void {
    if (labels) session.setLabels({ ...labels, choices: { ...labels.choices, ...choices } })
  }
  return (
    <>
      <BatchHeader
        session={session}
        snapshot={snapshot}
        judged={judged}
        shown={shown}
        checked={isChecked ? found : null}
        rerun={rerun}
        modelName={modelName}
        onShow={show}
        onShowLabels={() => showPanel(panel.current)}
        onFiles={onFiles}
        onNew={onNew}
        onLabel={onLabel}
      />
      <BatchNotices session={session} snapshot={snapshot} onFiles={onFiles} />
      <RerunNotice rerun={rerun} modelName={modelName} />
      <FolderLabelsOffer session={session} snapshot={snapshot} />
      {compared && (
        <ComparisonPanel
          snapshot={snapshot}
          compared={compared}
          partners={partners}
          onPartner={setPartnerId}
          modelName={modelName}
          onShow={show}
        />
      )}
      {items.length > 0 && (
        <div className="mt-6 grid grid-cols-[minmax(0,1fr)] gap-6 lg:grid-cols-[minmax(0,1fr)_18.75rem]">
          <PhotoTable
            session={session}
            items={items}
            rows={shown}
            labeled={judged.labeled}
            other={
              compared && { model: modelName(compared.partner.model), differences: compared.comparison.differences }
            }
            view={view}
            onView={setView}
            open={table.open}
            onOpen={table.openPhoto}
            onShow={table.showSet}
            focusRequest={table.focusRequest}
            returnFocus={table.returnFocus}
            similarIn={searched?.id ?? null}
            wordSearch={
              searched &&
              hasTextModel(models) && (
                <WordSearch
                  job={searched}
                  models={models}
                  subset={view.subset}
                  onSubset={(subset) => setView({ ...DEFAULT_VIEW, subset })}
                />
              )
            }
            onOpenPhoto={onOpenPhoto}
            here={snapshot.device !== null}
            canExplain={canExplain}
            words={wordsOf(snapshot)}
            uncertainBelow={judged.uncertainBelow}
          />
          <div className="grid content-start gap-6">
            <ConfidenceChart
              items={items}
              selected={view.confidence}
              onSelect={(confidence) => setView({ ...view, confidence })}
            />
            <LabelChart items={items} selected={view.label} onSelect={(label) => setView({ ...view, label })} />
          </div>
        </div>
      )}
      <div ref={panel} tabIndex={-1} className="scroll-mt-4 outline-none">
        {(labels || unreadable) && (
          <EvaluationPanel
            judged={judged}
            snapshot={snapshot}
            onShow={show}
            onChoose={choose}
            onRemove={() => session.setLabels(null)}
            onKeepPrevious={() => session.setLabels(snapshot.previousLabels)}
            onCloseUnreadable={() => session.setLabels(labels)}
          />
        )}
      </div>
      {items.length > 0 && (
        <MapPanel
          session={session}
          snapshot={snapshot}
          items={items}
          shown={shown}
          view={view}
          onView={setView}
          found={found}
          onOpen={table.openBeside}
        />
      )}
      {isChecked && items.length > 0 && (
        <CheckPanel
          session={session}
          snapshot={snapshot}
          onFound={setFound}
          onOpen={table.openAmong}
          onShow={table.showSet}
        />
      )}
    </>
  )
}

/** The job in which photos are searched by their embeddings; null if it has none. */
function searchedJob({ job, phase }: BatchSnapshot) {
  return job?.embeddings && phase !== 'gone' ? job : null
}

const wordsOf = ({ job }: BatchSnapshot): LabelWords | null => job?.words ?? null

/** The models whose labels a search knows more about: labels in words are only what they say. */
function modelsWithLabels(snapshot: BatchSnapshot): readonly string[] {
  return snapshot.model === null || wordsOf(snapshot) ? [] : [snapshot.model]
}

/** Puts the focus on the page after a switch to another batch, which removed the menu or the link that led here. */
function useFocusAfterSwitch({ serial }: BatchSession): void {
  useEffect(() => {
    if (serial > 1 && document.activeElement === document.body) document.getElementById('content')?.focus()
  }, [serial])
}

/** Notes the accuracy of a finished batch, for the list of batches. */
function useAccuracy(session: BatchSession, { phase, labels }: BatchSnapshot, { evaluation }: Judged): void {
  const ended = hasEnded(phase)
  const { right, photos } = evaluation ? rightResults(evaluation) : { right: 0, photos: 0 }
  const known = photos > 0
  const accuracy = known ? right / photos : null
  const settled = ended && (known || labels === null)
  useEffect(() => {
    if (settled) session.setAccuracy(accuracy)
  }, [session, settled, accuracy])
}

function showPanel(panel: HTMLElement | null): void {
  panel?.scrollIntoView({ block: 'start' })
  panel?.focus({ preventScroll: true })
}
