'use client'

import { useCallback, useRef } from 'react'
import { useDropzone } from 'react-dropzone'
import { useTranslations } from 'use-intl'
import type { ModelInfo } from '@/lib/shared/contract/contract'
import type { TrainingOffer } from '@/lib/shared/contract/site'
import { defaultModel } from '../classify/default-model'
import { DropOverlay } from '../classify/drop-overlay'
import { useModelsElsewhere } from '../classify/use-models-elsewhere'
import { usePaste } from '../classify/use-paste'
import { useLabelView } from '../label/use-label-view'
import { filesFromEvent } from '../ui/files-from-event'
import { lazy } from '../ui/lazy'
import { usePreload } from '../ui/use-preload'
import { Elsewhere } from './elsewhere'
import { OpenModelNotice } from './open-model-notice'
import { TrainStart } from './train-start'
import type { TryItHandle } from './try-it'
import { useHandover } from './use-handover'
import { useHere } from './use-here'
import { useOpenModel } from './use-open-model'
import { useTraining } from './use-training'

const Workspace = lazy(
  () => import('./workspace').then((module) => module.Workspace),
  () => <div className="h-dvh" />,
)

const LabelView = lazy(
  () => import('../label/label-view').then((module) => module.LabelView),
  () => <div className="h-dvh" />,
)

/** What works without a connection only if it has been loaded. */
const PARTS = {
  preload() {
    Workspace.preload()
    LabelView.preload()
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
  /** Who may save models on the server; null where only browsers run models. */
  offer: TrainingOffer | null
  /** Whether browsers may run models. */
  device: boolean
}

/** The page for teaching a model one's own labels: labels and photos on the left, the model on the right. */
export function Train({ bases, imageBytes, offer, device }: TrainProps) {
  const t = useTranslations('train')
  const here = useHere(device, offer === null)
  const { session, state } = useTraining(defaultModel(bases), imageBytes)
  const opener = useOpenModel(session, state.restoring || state.elsewhere)
  usePreload(PARTS)
  const tryIt = useRef<TryItHandle>(null)
  const [labeling, setLabeling] = useLabelView()
  // On the page for labeling, photos wait for their label, whatever their folders are named.
  const addFiles = useCallback(
    (files: readonly File[]) => void (labeling ? session.addFilesTo(null, files) : session.addFiles(files)),
    [session, labeling],
  )
  const openLabels = () => setLabeling(true)
  useHandover(session, state.restoring || state.elsewhere)
  // A pasted picture is tried once there is a model; before that, it is one to teach with.
  const paste = useCallback(
    (files: readonly Blob[]) => {
      const photos = files.filter((file) => file instanceof File)
      const [photo] = photos
      if (photo && session.snapshot().model && !labeling) tryIt.current?.open(photo)
      else addFiles(photos)
    },
    [session, addFiles, labeling],
  )
  usePaste(paste, null)
  const { getRootProps, getInputProps, isDragActive } = useDropzone({
    getFilesFromEvent: filesFromEvent,
    onDrop: (files) => addFiles(files),
    noClick: true,
    noKeyboard: true,
    multiple: true,
  })
  const { labels, photos, removed, elsewhere, restoring } = state
  const choice =
    restoring || photos.length > 0 ? null : { model: state.base, onModel: (base: string) => session.setBase(base) }
  const unusable = useModelsElsewhere({ models: bases, here: here === true, choice })
  const empty = labels.length === 0 && photos.length === 0 && removed === null
  return (
    <div {...getRootProps()} className="min-h-[calc(100dvh-3.75rem)] outline-none">
      <input {...getInputProps()} style={{ display: 'none' }} />
      <DropOverlay visible={isDragActive} text={t('dropOverlay')} />
      <main id="content" tabIndex={-1} className="mx-auto max-w-[70rem] px-4 pb-20 outline-none xl:px-0">
        <OpenModelNotice opener={opener} />
        {elsewhere ? (
          <Elsewhere onContinue={() => void session.open(true)} />
        ) : labeling && !restoring ? (
          <LabelView
            session={session}
            state={state}
            here={here}
            canChoose={offer !== null}
            onClose={() => setLabeling(false)}
          />
        ) : empty ? (
          <TrainStart
            session={session}
            state={state}
            bases={bases}
            offer={offer}
            here={here}
            onFiles={addFiles}
            opener={opener}
            onLabel={openLabels}
          />
        ) : (
          <Workspace
            session={session}
            state={state}
            bases={bases}
            unusable={unusable}
            offer={offer}
            here={here}
            tryIt={tryIt}
            opener={opener}
            onLabel={openLabels}
          />
        )}
      </main>
    </div>
  )
}
