import { Download } from 'lucide-react'
import { useEffect, useMemo, useState } from 'react'
import { useTranslations } from 'use-intl'
import { cleanedLabelsPath } from '@/lib/client/batch/api'
import { commonFolder } from '@/lib/client/batch/common-folder'
import type { BatchSession } from '@/lib/client/batch/session'
import { type BatchSnapshot, hasEnded } from '@/lib/client/batch/snapshot'
import { Thumbnails } from '@/lib/client/batch/thumbnails'
import type { PhotoCheck } from '@/lib/shared/contract/check'
import { labelsOfFolders } from '@/lib/shared/dataset-check/known-labels'
import { useKeptThumbnails } from '../use-kept-thumbnails'
import { CheckProgress } from './check-progress'
import { CopiesFinding } from './copies-finding'
import { LabelsFinding } from './labels-finding'
import { MixedUpFinding } from './mixed-up-finding'
import { OutliersFinding } from './outliers-finding'
import type { PhotoLinks, PhotoSet } from './photo-links'
import { QualityFinding } from './quality-finding'
import { type BatchCheck, useJobCheck } from './use-job-check'

interface CheckPanelProps {
  session: BatchSession
  snapshot: BatchSnapshot
  /** Called with what the check found about photos, by path. */
  onFound(photos: ReadonlyMap<string, PhotoCheck>): void
  /** Opens a photo by its index. The table behind it shows the set. */
  onOpen(index: number, among: PhotoSet): void
  /** Shows photos in the table. */
  onShow(photos: PhotoSet): void
}

/** What the check of the whole batch found. */
export function CheckPanel({ session, snapshot, onFound, onOpen, onShow }: CheckPanelProps) {
  const t = useTranslations('batch.check')
  const check = useJobCheck(session, snapshot)
  useEffect(() => onFound(check.photos), [onFound, check.photos])
  const photos = usePhotoLinks({ session, snapshot, onOpen, onShow })
  const { report, state } = check
  const { phase, job, labels } = snapshot
  const labeled = useLabeled(snapshot, check)
  return (
    <section aria-labelledby="check" className="mt-12">
      <h2 id="check" className="font-semibold text-lg tracking-tight">
        {t('title')}
      </h2>
      <CheckProgress check={check} ended={hasEnded(phase)} cancelled={phase === 'cancelled'} />
      {report && (
        <>
          {job && phase !== 'gone' && labeled && (
            <p className="mt-3 flex flex-wrap items-center gap-x-5 gap-y-2 text-sm">
              <DownloadLink href={cleanedLabelsPath(job.id, false)}>{t('cleaned')}</DownloadLink>
              {report.labels.issues.length > 0 && (
                <DownloadLink href={cleanedLabelsPath(job.id, true)}>{t('cleanedWithSuggestions')}</DownloadLink>
              )}
            </p>
          )}
          <p className="mt-1 text-pretty text-ink-3 text-xs">
            {check.labels === 'folders'
              ? t('byFolder')
              : labels && !labels.folders
                ? t('byFile', { name: labels.name })
                : t('byOtherFile')}{' '}
            {labeled && t('cleanedHint')}
          </p>
          {/* While it is checked again, what was found before stays. */}
          <div aria-busy={state !== 'done'} className="mt-4 grid grid-cols-[minmax(0,1fr)] gap-6 lg:grid-cols-2">
            <div className="lg:col-span-2">
              <CopiesFinding groups={report.copies} photos={photos} />
            </div>
            <div className="lg:col-span-2">
              <LabelsFinding labels={report.labels} labeled={labeled} photos={photos} />
            </div>
            {report.labels.mixed_up.length > 0 && <MixedUpFinding labels={report.labels} photos={photos} />}
            <div className={report.labels.mixed_up.length === 0 ? 'lg:col-span-2' : ''}>
              <OutliersFinding outliers={report.outliers} photos={photos} />
            </div>
            <div className="lg:col-span-2">
              <QualityFinding quality={report.quality} photos={photos} />
            </div>
          </div>
        </>
      )}
    </section>
  )
}

function DownloadLink({ href, children }: { href: string; children: string }) {
  return (
    <a
      href={href}
      download
      className="inline-flex min-h-8 items-center gap-2 font-semibold text-accent underline-offset-4 hover:underline"
    >
      <Download aria-hidden className="size-4" /> {children}
    </a>
  )
}

/** Whether any photo has a label, as far as this page knows. */
function useLabeled({ items }: BatchSnapshot, { labels }: BatchCheck): boolean {
  // biome-ignore lint/correctness/useExhaustiveDependencies: photos are only ever added, and each result replaces their list
  return useMemo(
    () => labels === 'file' || labelsOfFolders(items.map(({ path }) => path)).labels.size > 0,
    [labels, items.length],
  )
}

/** The links of photos to the dialog and the table, with thumbnails of this list's own. */
function usePhotoLinks({ session, snapshot, onOpen, onShow }: Omit<CheckPanelProps, 'onFound'>): PhotoLinks {
  const load = useKeptThumbnails(session)
  const [thumbnails] = useState(() => new Thumbnails(load))
  useEffect(() => () => thumbnails.dispose(), [thumbnails])
  const { items } = snapshot
  // biome-ignore lint/correctness/useExhaustiveDependencies: photos are only ever added, and each result replaces their list
  const byPath = useMemo(() => new Map(items.map(({ path, index }) => [path, index])), [items.length])
  // biome-ignore lint/correctness/useExhaustiveDependencies: as above
  const common = useMemo(() => commonFolder(items.map(({ path }) => path)).length, [items.length])
  const find = (file: string) => items[byPath.get(file) ?? -1]
  return {
    thumbnails,
    find,
    shortName: (file) => file.slice(common),
    source: (index) => session.source(index),
    open(file, among) {
      const item = find(file)
      if (item) onOpen(item.index, among)
    },
    show: onShow,
  }
}
