import { FolderOpen, ImagePlus, LoaderCircle } from 'lucide-react'
import { type ReactNode, useEffect, useRef } from 'react'
import { useTranslations } from 'use-intl'
import type { TrainingSession } from '@/lib/client/training/session'
import type { TrainingSnapshot } from '@/lib/client/training/types'
import { TrainNotices } from '../train/train-notices'
import { TrainPlace } from '../train/train-place'
import { Button } from '../ui/button'
import { FileButton } from '../ui/file-button'
import { focusIsLost } from '../ui/focus-is-lost'
import { LabelHeader } from './label-header'
import { LabelPanel } from './label-panel'
import { progressOf } from './progress'
import { useLabelQueue } from './use-label-queue'

interface LabelViewProps {
  session: TrainingSession
  state: TrainingSnapshot
  /** Whether photos stay in this browser; null if there is no choice. */
  here: boolean | null
  /** Whether the server reads them otherwise. */
  canChoose: boolean
  onClose(): void
}

const ACCEPT = 'image/*,.heic,.heif,.hif,.ppm,.pgm,.zip'

/** Labels photos one by one, while the model learns and guesses. */
export function LabelView({ session, state, here, canChoose, onClose }: LabelViewProps) {
  const { queue, state: position } = useLabelQueue(session)
  const current = state.photos.find(({ id }) => id === position.current) ?? null
  const { left, reading } = progressOf(session, state)
  // While the next photo is being chosen, the last one stays: a moment, in which nothing moves.
  const last = useRef(current)
  if (current) last.current = current
  const photo = current ?? (left > reading ? last.current : null)
  return (
    <>
      <LabelHeader session={session} state={state} onClose={onClose} />
      <TrainNotices session={session} state={state} />
      {photo ? (
        <LabelPanel session={session} state={state} queue={queue} position={position} photo={photo} waits={!current} />
      ) : (
        <NoPhoto
          session={session}
          state={state}
          onClose={onClose}
          onAgain={() => queue.askAgain()}
          onUndo={position.canUndo ? () => queue.undo() : null}
        />
      )}
      <TrainPlace state={state} here={here} canChoose={canChoose} className="mt-6" />
    </>
  )
}

interface NoPhotoProps {
  session: TrainingSession
  state: TrainingSnapshot
  onClose(): void
  onAgain(): void
  onUndo: (() => void) | null
}

/** Nothing to label at the moment: why, and what can be done. */
function NoPhoto({ session, state, onClose, onAgain, onUndo }: NoPhotoProps) {
  const t = useTranslations('label')
  const train = useTranslations('train')
  const { labeled, left, skipped, reading } = progressOf(session, state)
  const add = (files: readonly File[]) => void session.addFilesTo(null, files)
  if (left > 0) {
    const text = state.serverAway ? train('waitingForServer') : t('reading', { done: left - reading, all: left })
    return (
      <Message title={text} icon={<LoaderCircle aria-hidden className="size-6 animate-spin text-ink-3" />}>
        {null}
      </Message>
    )
  }
  const undo = onUndo && (
    <Button variant="quiet" onClick={onUndo}>
      {t('undo')}
    </Button>
  )
  if (skipped > 0) {
    return (
      <Message title={t('onlySkipped', { count: skipped })}>
        <Button variant="primary" onClick={onAgain}>
          {t('askAgain')}
        </Button>
        {undo}
      </Message>
    )
  }
  return (
    <Message title={t(labeled > 0 ? 'done' : 'start')} hint={t(labeled > 0 ? 'doneHint' : 'startHint')}>
      {labeled > 0 && (
        <Button variant="primary" onClick={onClose}>
          {t('toModel')}
        </Button>
      )}
      <FileButton multiple accept={ACCEPT} variant={labeled > 0 ? 'secondary' : 'primary'} onFiles={add}>
        <ImagePlus aria-hidden /> {t('choosePhotos')}
      </FileButton>
      <span className="contents pointer-coarse:hidden">
        <FileButton multiple webkitdirectory="" onFiles={add}>
          <FolderOpen aria-hidden /> {t('chooseFolder')}
        </FileButton>
      </span>
      {undo}
    </Message>
  )
}

interface MessageProps {
  title: string
  hint?: string
  icon?: ReactNode
  children: ReactNode
}

function Message({ title, hint, icon, children }: MessageProps) {
  useEffect(() => {
    // The keys and buttons of the last photo are gone.
    if (focusIsLost()) document.querySelector<HTMLElement>('[data-label-title]')?.focus()
  }, [])
  return (
    <div className="mt-4 grid min-h-[44dvh] place-content-center justify-items-center gap-3 rounded-2xl border border-line-2 border-dashed bg-card px-5 py-10 text-center">
      {icon}
      <p role="status" className="text-balance font-semibold text-lg tracking-tight">
        {title}
      </p>
      {hint && <p className="max-w-[52ch] text-pretty text-ink-2 text-sm">{hint}</p>}
      <div className="mt-2 flex flex-wrap justify-center gap-2 empty:hidden">{children}</div>
    </div>
  )
}
