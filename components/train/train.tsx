'use client'

import { useCallback, useRef } from 'react'
import { useDropzone } from 'react-dropzone'
import { useTranslations } from 'use-intl'
import type { ModelInfo } from '@/lib/shared/contract/contract'
import type { TrainingOffer } from '@/lib/shared/contract/site'
import { defaultModel } from '../classify/default-model'
import { DropOverlay } from '../classify/drop-overlay'
import { usePaste } from '../classify/use-paste'
import { filesFromEvent } from '../ui/files-from-event'
import { lazy } from '../ui/lazy'
import { usePreload } from '../ui/use-preload'
import { Elsewhere } from './elsewhere'
import { OpenModelNotice } from './open-model-notice'
import { TrainStart } from './train-start'
import type { TryItHandle } from './try-it'
import { useOpenModel } from './use-open-model'
import { useTraining } from './use-training'

const Workspace = lazy(
  () => import('./workspace').then((module) => module.Workspace),
  () => <div className="h-dvh" />,
)

/** What works without a connection only if it has been loaded. */
const PARTS = {
  preload() {
    Workspace.preload()
    for (const load of [
      () => import('@/lib/client/training/sort-files'),
      () => import('@/lib/client/training/saved-models'),
    ])
      load().catch(() => {})
  },
}

interface TrainProps {
  /** Models that can be a base. */
  bases: readonly ModelInfo[]
  imageBytes: number
  offer: TrainingOffer
}

/** The page for teaching a model one's own labels: labels and photos on the left, the model on the right. */
export function Train({ bases, imageBytes, offer }: TrainProps) {
  const t = useTranslations('train')
  const { session, state } = useTraining(defaultModel(bases), imageBytes)
  const opener = useOpenModel(session, state.restoring || state.elsewhere)
  usePreload(PARTS)
  const tryIt = useRef<TryItHandle>(null)
  const addFiles = useCallback((files: readonly File[]) => void session.addFiles(files), [session])
  // A pasted picture is tried once there is a model; before that, it is one to teach with.
  const paste = useCallback(
    (files: readonly Blob[]) => {
      const photos = files.filter((file) => file instanceof File)
      const [photo] = photos
      if (photo && session.snapshot().model) tryIt.current?.open(photo)
      else addFiles(photos)
    },
    [session, addFiles],
  )
  usePaste(paste, null)
  const { getRootProps, getInputProps, isDragActive } = useDropzone({
    getFilesFromEvent: filesFromEvent,
    onDrop: (files) => addFiles(files),
    noClick: true,
    noKeyboard: true,
    multiple: true,
  })
  const { labels, unsorted, removed, elsewhere, restoring } = state
  const empty = labels.length === 0 && unsorted.length === 0 && removed === null
  return (
    <div {...getRootProps()} className="min-h-[calc(100dvh-3.75rem)] outline-none">
      <input {...getInputProps()} style={{ display: 'none' }} />
      <DropOverlay visible={isDragActive} text={t('dropOverlay')} />
      <main id="content" tabIndex={-1} className="mx-auto max-w-[70rem] px-4 pb-20 outline-none xl:px-0">
        <OpenModelNotice opener={opener} />
        {elsewhere ? (
          <Elsewhere onContinue={() => void session.open(true)} />
        ) : empty ? (
          <TrainStart session={session} restoring={restoring} onFiles={addFiles} opener={opener} />
        ) : (
          <Workspace session={session} state={state} bases={bases} offer={offer} tryIt={tryIt} opener={opener} />
        )}
      </main>
    </div>
  )
}
