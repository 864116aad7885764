import { RotateCw, TriangleAlert } from 'lucide-react'
import { useTranslations } from 'use-intl'
import type { CheckReport } from '@/lib/shared/contract/check'
import { Button } from '../../ui/button'
import { ProgressBar } from '../../ui/progress-bar'
import { useProblem } from '../../ui/use-problem'
import type { BatchCheck } from './use-job-check'

interface CheckProgressProps {
  check: BatchCheck
  /** Whether all photos have results. */
  ended: boolean
  /** Whether the batch was canceled: then it isn't checked. */
  cancelled: boolean
}

const countsOf = ({ photos, copies, labels, outliers, quality }: CheckReport) => ({
  photos,
  copies: copies.length,
  labels: labels.issues.length,
  outliers: outliers.length,
  quality: quality.length,
})

/** How far the check is, or why it failed. Screen readers hear when that changes. */
export function CheckProgress({ check, ended, cancelled }: CheckProgressProps) {
  const t = useTranslations('batch.check')
  const problem = useProblem()
  const { state, progress, report, reason, refused } = check
  const words = {
    waiting: cancelled ? t('cancelled') : ended ? t('waiting') : t('waitingForPhotos'),
    running: t('running'),
    failed: t('failed'),
    done: report === null ? '' : t('done', countsOf(report)),
  }
  return (
    <>
      <div className="mt-2 flex min-h-5 flex-wrap items-center gap-x-4 gap-y-2 text-sm">
        <p role="status" className={state === 'failed' ? 'flex items-center gap-2 text-bad' : 'text-ink-2'}>
          {state === 'failed' && <TriangleAlert aria-hidden className="size-4 shrink-0" />}
          {words[state]}
        </p>
        {state === 'running' && <ProgressBar className="w-48" label={t('progress')} value={progress ?? 0} />}
        {state === 'failed' && (
          <Button onClick={check.again}>
            <RotateCw aria-hidden /> {t('again')}
          </Button>
        )}
      </div>
      {state === 'failed' && reason !== null && (
        <p lang="en" className="mt-1 text-ink-3 text-xs">
          {reason}
        </p>
      )}
      {refused && (
        <p role="status" className="mt-2 text-bad text-sm">
          {t('refused', { reason: problem(refused).detail })}
        </p>
      )}
    </>
  )
}
