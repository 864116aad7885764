import { CloudOff, CloudUpload, FileImage, FolderOpen, RotateCw, TriangleAlert } from 'lucide-react'
import { useTranslations } from 'use-intl'
import { isServerAway } from '@/lib/client/api/failure'
import { serverWatch } from '@/lib/client/api/server-watch'
import type { DeviceState } from '@/lib/client/batch/device/device-state'
import type { BatchSession } from '@/lib/client/batch/session'
import type { BatchSnapshot } from '@/lib/client/batch/snapshot'
import { Button } from '../ui/button'
import { ConfirmButton } from '../ui/confirm-button'
import { useFormat } from '../ui/use-format'
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
  const here = useTranslations('batch.device')
  const { phase, issue, counts, persisted, leftOut, id, collecting, uploadedElsewhere, device } = snapshot
  return (
    <>
      {phase === 'gone' && (
        <Notice icon={TriangleAlert} title={device ? here('goneTitle') : t('goneTitle')}>
          {device ? here('gone') : t('gone')}
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
      {device && <RoomNotice device={device} phase={phase} />}
      {counts.missing > 0 && uploadedElsewhere && !device && (
        <Notice calm icon={CloudUpload} title={t('elsewhereTitle', { count: counts.missing })}>
          {t('elsewhere')}
        </Notice>
      )}
      {counts.missing > 0 && !uploadedElsewhere && (
        <Notice icon={FolderOpen} title={(device ? here : t)('missingTitle', { count: counts.missing })}>
          {device ? here('missing') : t('missing')}
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
      {!persisted && id !== null && !device && (
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

/** A batch of this device whose photos or results aren't kept: a closed tab can't go on by itself. */
function RoomNotice({ device, phase }: { device: DeviceState; phase: BatchSnapshot['phase'] }) {
  const t = useTranslations('batch.device')
  const format = useFormat()
  const { keeping, bytes, room } = device
  if (phase !== 'running' && phase !== 'paused') return null
  if (keeping === 'off') {
    return (
      <Notice icon={TriangleAlert} title={t('offTitle')}>
        {t('off')}
      </Notice>
    )
  }
  if (keeping !== 'no_room') return null
  return (
    <Notice icon={TriangleAlert} title={t('noRoomTitle')}>
      {room !== null && bytes > room
        ? t('noRoom', { bytes: format.bytes(bytes), room: format.bytes(room) })
        : t('noRoomLeft')}
    </Notice>
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
