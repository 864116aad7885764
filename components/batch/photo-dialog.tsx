import { Dialog } from '@base-ui/react/dialog'
import { ChevronLeft, ChevronRight, ImageOff, X } from 'lucide-react'
import { type ReactNode, useEffect, useState } from 'react'
import { useTranslations } from 'use-intl'
import type { BatchItem } from '@/lib/client/batch/items'
import type { PhotoSource } from '@/lib/client/batch/source'
import type { ResultRow } from '@/lib/shared/results/columns'
import { ProbabilityChart } from '../charts/probability-chart'
import { useFormat } from '../ui/use-format'
import { useProblem } from '../ui/use-problem'
import { PhotoStatus } from './photo-status'

interface PhotoDialogProps {
  item: BatchItem
  source: PhotoSource | undefined
  onClose(): void
  /** Null at the first and last photo of the table. */
  onPrevious: (() => void) | null
  onNext: (() => void) | null
}

/** A photo of the batch at full size with its result. Arrow keys move through the table. */
export function PhotoDialog({ item, source, onClose, onPrevious, onNext }: PhotoDialogProps) {
  const t = useTranslations('batch')
  const { path, row } = item
  return (
    <Dialog.Root open onOpenChange={(open) => !open && onClose()}>
      <Dialog.Portal>
        <Dialog.Backdrop className="fixed inset-0 z-20 bg-black/50" />
        <Dialog.Popup
          onKeyDown={({ key }) => (key === 'ArrowLeft' ? onPrevious?.() : key === 'ArrowRight' && onNext?.())}
          className="fixed top-1/2 left-1/2 z-30 flex max-h-[calc(100dvh-24px)] w-[min(880px,calc(100vw-24px))] -translate-x-1/2 -translate-y-1/2 flex-col overflow-y-auto rounded-2xl bg-card p-5 shadow-card outline-none"
        >
          <div className="flex items-center gap-2">
            <Dialog.Title translate="no" className="figures min-w-0 flex-1 truncate text-sm">
              {path}
            </Dialog.Title>
            <PhotoStatus item={item} t={t} />
            <StepButton label={t('previous')} onStep={onPrevious}>
              <ChevronLeft aria-hidden className="size-5" />
            </StepButton>
            <StepButton label={t('next')} onStep={onNext}>
              <ChevronRight aria-hidden className="size-5" />
            </StepButton>
            <Dialog.Close
              aria-label={t('close')}
              className="grid size-10 place-items-center rounded-card text-ink-2 hover:bg-sunk hover:text-ink"
            >
              <X aria-hidden className="size-5" />
            </Dialog.Close>
          </div>
          <div className="mt-3 grid grid-cols-[minmax(0,1fr)] gap-6 md:grid-cols-[minmax(0,1fr)_minmax(0,340px)]">
            <PhotoImage key={item.index} source={source} />
            <div className="min-w-0">{row && <Result row={row} />}</div>
          </div>
        </Dialog.Popup>
      </Dialog.Portal>
    </Dialog.Root>
  )
}

function StepButton({ label, onStep, children }: { label: string; onStep: (() => void) | null; children: ReactNode }) {
  return (
    <button
      type="button"
      aria-label={label}
      disabled={onStep === null}
      onClick={() => onStep?.()}
      className="grid size-10 place-items-center rounded-card text-ink-2 hover:bg-sunk hover:text-ink disabled:opacity-40"
    >
      {children}
    </button>
  )
}

function PhotoImage({ source }: { source: PhotoSource | undefined }) {
  const t = useTranslations('batch')
  const [url, setUrl] = useState<string | null>(null)
  const [failed, setFailed] = useState(false)
  useEffect(() => {
    let objectUrl: string | undefined
    let mounted = true
    source?.open().then(
      (blob) => {
        if (!mounted) return
        objectUrl = URL.createObjectURL(blob)
        setUrl(objectUrl)
      },
      () => mounted && setFailed(true),
    )
    return () => {
      mounted = false
      if (objectUrl) URL.revokeObjectURL(objectUrl)
    }
  }, [source])
  if (!source || failed) {
    return (
      <p className="grid h-56 place-content-center justify-items-center gap-2 rounded-card bg-sunk px-6 text-center text-ink-2 text-sm">
        <ImageOff aria-hidden className="size-5" />
        {t('noPicture')}
      </p>
    )
  }
  return (
    <div className="grid h-[min(420px,46dvh)] place-items-center overflow-hidden rounded-card bg-sunk">
      {url && (
        // biome-ignore lint/performance/noImgElement: object URL
        <img src={url} alt="" onError={() => setFailed(true)} className="max-h-full max-w-full object-contain" />
      )}
    </div>
  )
}

function Result({ row }: { row: ResultRow }) {
  const t = useTranslations('batch')
  const format = useFormat()
  const problem = useProblem()
  if (row.status === 'failed') {
    const code = row.error_code ?? 'internal'
    const { title, detail } = problem({
      code,
      title: t('failedTitle'),
      detail: row.error ?? '',
      retryable: false,
      retryAfterMs: null,
    })
    return (
      <>
        <h2 className="text-balance font-semibold text-lg tracking-tight">{title}</h2>
        <p className="mt-2 text-pretty text-ink-2 text-sm">{detail}</p>
        <p className="figures mt-4 text-ink-3 text-xs">{code}</p>
      </>
    )
  }
  const predictions = row.top_labels.map((label, index) => ({ label, score: row.top_scores[index] ?? 0, index }))
  const facts = [
    row.width !== null && row.height !== null && `${row.width} × ${row.height}`,
    row.bytes !== null && format.bytes(row.bytes),
    row.ms !== null && t('ms', { time: format.milliseconds(row.ms) }),
    row.model,
  ].filter(Boolean)
  return (
    <>
      <h2
        lang={row.label === null ? undefined : 'en'}
        className="mb-4 text-balance font-semibold text-xl tracking-tight"
      >
        {row.label ?? t('noLabel')}
      </h2>
      {predictions.length > 0 && <ProbabilityChart predictions={predictions} />}
      <p className="mt-4 text-ink-3 text-xs">{facts.join(' · ')}</p>
      {row.sha256 && (
        <p translate="no" className="figures mt-2 break-all text-ink-3 text-xs">
          sha256:{row.sha256}
        </p>
      )}
    </>
  )
}
