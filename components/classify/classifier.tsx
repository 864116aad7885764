'use client'

import { useCallback } from 'react'
import { useDropzone } from 'react-dropzone'
import { useTranslations } from 'use-intl'
import type { ModelInfo } from '@/lib/shared/contract/contract'
import type { FeedbackOffer } from '@/lib/shared/contract/feedback'
import { lazy } from '../ui/lazy'
import { usePersistentState } from '../ui/use-persistent-state'
import { usePreload } from '../ui/use-preload'
import { Announcer } from './announcer'
import { Options, preloadAnswerParts } from './answer-parts'
import { defaultModel } from './default-model'
import { DropOverlay } from './drop-overlay'
import { EmptyState } from './empty-state'
import { Filmstrip } from './filmstrip'
import { maxLabels } from './max-labels'
import { ModelNotice } from './model-notice'
import { OfflineNotice } from './offline-notice'
import { PhotoView } from './photo-view'
import { UrlNotice } from './url-notice'
import { useFocusAnswer } from './use-focus-answer'
import { useGalleryPhoto } from './use-gallery-photo'
import { usePaste } from './use-paste'
import { useTabSession } from './use-tab-session'
import { useUrlPhotos } from './use-url-photos'

// Loaded on demand: only if the visitor opens it.
const Camera = lazy(() => import('./camera/camera').then((module) => module.Camera))

const ANSWER_PARTS = { preload: preloadAnswerParts }

interface ClassifierProps {
  /** A gallery photo to start with. */
  gallery: { file: string; credit: string } | null
  models: readonly ModelInfo[]
  limits: { imageBytes: number; pixels: number; urlInput: boolean; explain: boolean }
  /** What kind of feedback the server accepts; null if none. */
  feedback: FeedbackOffer | null
}

/** The classify page: add photos by dropping, selecting, pasting or the camera, and see their results. */
export function Classifier({ models, limits, gallery, feedback }: ClassifierProps) {
  const t = useTranslations('classify')
  const { session, views, view, snapshot } = useTabSession(defaultModel(models), limits.imageBytes)
  const { photos, model, reduce } = snapshot
  const [chosenCount, setLabelCount] = usePersistentState('labels shown', 5)
  const labelCount = Math.min(chosenCount, maxLabels(models, model))
  const [minScore, setMinScore] = usePersistentState('least score', 0)

  const add = useCallback((files: readonly Blob[]) => session.add(files), [session])
  const { state: urlState, fetchUrl, dismiss } = useUrlPhotos(add)
  const onUrl = limits.urlInput ? fetchUrl : null
  usePaste(add, onUrl)
  usePreload(ANSWER_PARTS)
  useGalleryPhoto((file, credit) => session.add([file], credit), gallery)
  const { getRootProps, getInputProps, isDragActive, open } = useDropzone({
    onDrop: add,
    noClick: true,
    noKeyboard: true,
    multiple: true,
  })

  const photo = view.name === 'photo' ? photos.find(({ id }) => id === view.id) : undefined
  const phase = photo?.phases[model]
  const start = snapshot.restoring ? 'restoring' : 'start'
  const answer = useFocusAnswer(view.name === 'camera' ? 'camera' : photo ? 'answer' : start)
  const strip = photos.length > 0 && (
    <Filmstrip
      photos={photos}
      model={model}
      selected={photo?.id ?? null}
      onSelect={(id) => views.show(id)}
      onRemove={(id) => session.remove(id)}
      onAdd={open}
    />
  )
  const options = (
    <Options
      models={models}
      model={model}
      onModel={(next) => session.setModel(next)}
      labelCount={labelCount}
      onLabelCount={setLabelCount}
      minScore={minScore}
      onMinScore={setMinScore}
      reduce={reduce}
    />
  )
  return (
    <div {...getRootProps()} className="min-h-[calc(100dvh-3.75rem)] outline-none">
      <input {...getInputProps()} accept="image/*,.heic,.heif,.hif,.ppm,.pgm" style={{ display: 'none' }} />
      <DropOverlay visible={isDragActive} text={t('dropToClassify')} />
      <Announcer photo={photo} phase={phase} />
      <main id="content" tabIndex={-1} className="mx-auto max-w-[1120px] px-4 pb-16 outline-none xl:px-0">
        <ModelNotice models={models} />
        <OfflineNotice />
        <UrlNotice state={urlState} onDismiss={dismiss} />
        {view.name === 'camera' && (
          <Camera
            model={model}
            labelCount={labelCount}
            minScore={minScore}
            onCapture={add}
            onClose={() => views.closeCamera()}
            strip={strip}
            options={options}
          />
        )}
        {photo && (
          <PhotoView
            session={session}
            answer={answer}
            photo={photo}
            photos={photos}
            model={model}
            labelCount={labelCount}
            minScore={minScore}
            canExplain={limits.explain}
            feedback={feedback}
            strip={strip}
            options={options}
          />
        )}
        {view.name !== 'camera' && !photo && (
          <div className={snapshot.restoring ? 'invisible' : undefined}>
            <EmptyState
              onUrl={onUrl}
              onBrowse={open}
              onFiles={add}
              onCamera={() => views.openCamera()}
              onSample={(file, credit) => session.add([file], credit)}
            />
            {strip && (
              <div className="mx-auto mt-8 max-w-[760px] border-line border-t pt-5">
                <p className="text-ink-2 text-sm">{t('backTo', { count: photos.length })}</p>
                {strip}
              </div>
            )}
          </div>
        )}
      </main>
    </div>
  )
}
