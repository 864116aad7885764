import { ArrowRight } from 'lucide-react'
import { useEffect, useMemo, useState } from 'react'
import { useTranslations } from 'use-intl'
import type { BatchItem } from '@/lib/client/batch/items'
import type { PhotoSource } from '@/lib/client/batch/source'
import type { ResultRow } from '@/lib/shared/results/columns'
import { synonymsOf } from '@/lib/shared/search/synonyms'
import type { LabelWords } from '@/lib/shared/zero-shot/candidate-labels'
import { formatChoice } from '@/lib/shared/zero-shot/choice'
import { InputFrame } from '../classify/crop/input-frame'
import { HeatmapOverlay } from '../classify/explanation/heatmap-overlay'
import { useExplanation } from '../classify/explanation/use-explanation'
import { lazy } from '../ui/lazy'
import { OtherResult } from './other-result'
import { PhotoImage } from './photo-image'
import { RowResult } from './row-result'
import type { SimilarIn } from './similar-photos'
import { useClasses } from './use-classes'
import { useInputFrame } from './use-input-frame'

const ExplanationPanel = lazy(
  () => import('../classify/explanation/explanation-panel').then((module) => module.ExplanationPanel),
  () => <div className="mt-1 h-8" />,
)
const ModelInput = lazy(
  () => import('../classify/model-input').then((module) => module.ModelInput),
  () => <div className="mt-4 h-8" />,
)

const SimilarPhotos = lazy(
  () => import('./similar-photos').then((module) => module.SimilarPhotos),
  () => <div className="mt-1 h-8" />,
)

interface PhotoDetailsProps {
  item: BatchItem
  /** Another model's result, and the name of that model. */
  otherRow: ResultRow | null
  otherModel: string
  source: PhotoSource | undefined
  /** Loads the thumbnail of a photo; null if there is none. */
  onThumbnail(index: number): Promise<Blob | null>
  /** Where similar photos are found; null if they can't be. */
  similar: SimilarIn | null
  /** Opens the photo on the classify page. */
  onOpenPhoto(file: File): void
  /** The labels in words of the batch; null if its model has labels of its own. */
  words: LabelWords | null
  /** Whether the photos are classified in this browser. */
  here: boolean
  /** Whether results can be explained. */
  canExplain: boolean
  /** The visitor's limit for uncertain results; null for the model's own limits. */
  uncertainBelow: number | null
}

/** A photo with its result, the reason for it, the model input, and a way to the classify page. */
export function PhotoDetails({
  item,
  otherRow,
  otherModel,
  source,
  onThumbnail,
  similar,
  onOpenPhoto,
  words,
  here,
  canExplain,
  uncertainBelow,
}: PhotoDetailsProps) {
  const { index, path, row, ownWord = null } = item
  const t = useTranslations('batch')
  const file = useFile(source)
  const classified = row?.status === 'ok' ? row : null
  const model = classified?.model ?? ''
  const choice = formatChoice({ model, words })
  const { predictions, synonyms } = useResultLabels(classified, words, here)
  const explanation = useExplanation({
    file: file ?? undefined,
    model: choice,
    crop: null,
    here,
    best: predictions[0]?.index ?? null,
  })
  const framed = useInputFrame(file, row, choice, here)
  return (
    <div className="mt-3 grid grid-cols-[minmax(0,1fr)] gap-6 md:grid-cols-[minmax(0,1fr)_minmax(0,23.75rem)]">
      <PhotoImage key={index} index={index} here={here} source={source} file={file ?? null} onThumbnail={onThumbnail}>
        {explanation.phase?.name === 'explained' ? (
          <HeatmapOverlay explanation={explanation.phase.explanation} opacity={explanation.opacity} />
        ) : (
          framed && <InputFrame {...framed} chosen={false} />
        )}
      </PhotoImage>
      <div className="min-w-0">
        {row && <RowResult row={row} ownWord={ownWord} synonyms={synonyms} uncertainBelow={uncertainBelow} />}
        {otherRow && <OtherResult row={otherRow} model={otherModel} />}
        <div className="mt-3 grid grid-cols-[minmax(0,1fr)] gap-1 *:mt-0!">
          {/* It stays while the next photo is read, so that the focus does. */}
          {file !== null && canExplain && predictions.length > 0 && (
            <ExplanationPanel state={explanation} predictions={predictions} />
          )}
          {file && classified && <ModelInput file={file} model={choice} crop={null} here={here} />}
          {similar && classified && <SimilarPhotos file={path} similar={similar} />}
          {file && (
            <button
              type="button"
              onClick={() => onOpenPhoto(new File([file], path.slice(path.lastIndexOf('/') + 1), { type: file.type }))}
              className="-mx-2 inline-flex items-center justify-self-start gap-1.5 rounded-card px-2 py-1.5 text-ink-2 text-sm hover:bg-sunk hover:text-ink"
            >
              {t('openPhoto')} <ArrowRight aria-hidden className="size-4" />
            </button>
          )}
        </div>
      </div>
    </div>
  )
}

/** The predictions of a result that can be explained, and other names of its label. */
function useResultLabels(row: ResultRow | null, words: LabelWords | null, here: boolean) {
  // Labels in words have no other names.
  const { classes } = useClasses(row && { id: row.model, words: words ?? undefined }, here)
  const predictions = useMemo(() => {
    const indices = new Map(classes?.map(({ label, index }) => [label, index]))
    return (row?.top_labels ?? []).flatMap((label, at) => {
      const index = indices.get(label)
      return index === undefined ? [] : [{ label, index, score: row?.top_scores[at] ?? 0 }]
    })
  }, [classes, row])
  const best = classes?.find(({ label }) => label === row?.label)
  return { predictions, synonyms: best ? synonymsOf(best) : [] }
}

/** The photo's bytes; undefined while they are read, null if this page doesn't have them. */
function useFile(source: PhotoSource | undefined): Blob | null | undefined {
  const [loaded, setLoaded] = useState<{ source: PhotoSource; file: Blob | null } | null>(null)
  useEffect(() => {
    let mounted = true
    source?.open().then(
      (file) => mounted && setLoaded({ source, file }),
      // The file was moved or deleted: only the result is shown.
      () => mounted && setLoaded({ source, file: null }),
    )
    return () => {
      mounted = false
    }
  }, [source])
  if (!source) return null
  return loaded?.source === source ? loaded.file : undefined
}
