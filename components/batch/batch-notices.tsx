import { CloudOff, CloudUpload, FileImage, FolderOpen, RotateCw, TriangleAlert } from 'lucide-react'
import { useTranslations } from 'use-intl'
import { isServerAway } from '@/lib/client/api/failure'
import { serverWatch } from '@/lib/client/api/server-watch'
import type { BatchSession } from '@/lib/client/batch/session'
import type { BatchSnapshot } from '@/lib/client/batch/snapshot'
import { Button } from '../ui/button'
import { ConfirmButton } from '../ui/confirm-button'
import { useProblem } from '../ui/use-problem'
import { FilePickerButton } from './file-picker-button'
import { LeftOutNotice } from './left-out-notice'
import { Notice } from './notice'

interface BatchNoticesProps {
  session: BatchSession
  snapshot: BatchSnapshot
  onFiles(files: readonly File[]): void
}

/** Notices about missing files, a server that is waiting, and files that are not photos. */
export function BatchNotices({ session, snapshot, onFiles }: BatchNoticesProps) {
  const t = useTranslations('batch')
  const { phase, issue, counts, persisted, leftOut, id, collecting, uploadedElsewhere } = snapshot
  return (
    <>
      {phase === 'gone' && (
        <Notice icon={TriangleAlert} title={t('goneTitle')}>
          {t('gone')}
        </Notice>
      )}
      {issue && phase !== 'gone' && <IssueNotice failure={issue} />}
      {snapshot.job?.reason === 'dead_letters' && (
        <Notice icon={TriangleAlert} title={t('stuckTitle')}>
          {t('stuck')}
          <span className="mt-3 flex">
            <Button onClick={() => void session.retryFailed()}>
              <RotateCw aria-hidden /> {t('tryAgain')}
            </Button>
          </span>
        </Notice>
      )}
      {counts.missing > 0 && uploadedElsewhere && (
        <Notice calm icon={CloudUpload} title={t('elsewhereTitle', { count: counts.missing })}>
          {t('elsewhere')}
        </Notice>
      )}
      {counts.missing > 0 && !uploadedElsewhere && (
        <Notice icon={FolderOpen} title={t('missingTitle', { count: counts.missing })}>
          {t('missing')}
          <span className="mt-3 flex flex-wrap gap-2">
            <FilePickerButton folder onFiles={onFiles}>
              <FolderOpen aria-hidden /> {t('chooseFolder')}
            </FilePickerButton>
            <FilePickerButton onFiles={onFiles}>
              <FileImage aria-hidden /> {t('chooseFiles')}
            </FilePickerButton>
            <ConfirmButton
              yes={t('goOnWithoutYes', { count: counts.missing })}
              no={t('goOnWithoutNo')}
              onConfirm={() => session.leaveOutMissing()}
            >
              {t('goOnWithout')}
            </ConfirmButton>
          </span>
        </Notice>
      )}
      {snapshot.openElsewhere && snapshot.phase !== 'opening' && counts.toUpload === 0 && (
        <OtherBrowserNotice session={session} photos={snapshot.job?.counts.total ?? 0} />
      )}
      {!persisted && id !== null && (
        <Notice icon={TriangleAlert} title={t('notKeptTitle')}>
          {t('notKept')}
        </Notice>
      )}
      <p role="status" className="text-ink-2 text-sm">
        {collecting && t('collecting')}
      </p>
      <LeftOutNotice leftOut={leftOut} />
    </>
  )
}

/** Only the browser that uploads the photos ends the batch, unless it is lost. */
function OtherBrowserNotice({ session, photos }: { session: BatchSession; photos: number }) {
  const t = useTranslations('batch')
  return (
    <Notice calm icon={CloudUpload} title={t('otherBrowserTitle')}>
      {t('otherBrowser')}
      <span className="mt-3 flex">
        <ConfirmButton
          yes={t('finishYes', { count: photos })}
          no={t('goOnWithoutNo')}
          onConfirm={() => void session.finish()}
        >
          {t('finish')}
        </ConfirmButton>
      </span>
    </Notice>
  )
}

function IssueNotice({ failure }: { failure: NonNullable<BatchSnapshot['issue']> }) {
  const t = useTranslations('batch')
  const away = useTranslations('away')
  const problem = useProblem()
  if (isServerAway(failure)) {
    return (
      <Notice calm icon={CloudOff} title={away('title')}>
        {t('offline')}{' '}
        <button
          type="button"
          onClick={serverWatch.askNow}
          className="font-semibold text-accent underline-offset-4 hover:underline"
        >
          {away('tryNow')}
        </button>
      </Notice>
    )
  }
  const { title, detail } = problem(failure)
  return (
    <Notice icon={TriangleAlert} title={title}>
      {detail}
      {failure.retryable && ` ${t('goesOn')}`}
    </Notice>
  )
}
