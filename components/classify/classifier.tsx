'use client'

import { useCallback } from 'react'
import { useDropzone } from 'react-dropzone'
import { useTranslations } from 'use-intl'
import type { Photo } from '@/lib/client/photos/photo'
import type { View } from '@/lib/client/photos/view-history'
import type { ModelInfo } from '@/lib/shared/contract/contract'
import type { FeedbackOffer } from '@/lib/shared/contract/feedback'
import type { SiteLimits, TrainingOffer } from '@/lib/shared/contract/site'
import { filesFromEvent } from '../ui/files-from-event'
import { lazy } from '../ui/lazy'
import { usePersistentState } from '../ui/use-persistent-state'
import { usePreload } from '../ui/use-preload'
import { Announcer } from './announcer'
import { Options, OwnWords, preloadAnswerParts } from './answer-parts'
import { defaultModel } from './default-model'
import { DropOverlay } from './drop-overlay'
import { EmptyState } from './empty-state'
import { Filmstrip, useLatest } from './filmstrip'
import { maxLabels } from './max-labels'
import { ModelNotice } from './model-notice'
import { OfflineNotice } from './offline-notice'
import { choiceOf } from './own-words-model'
import { PhotoView } from './photo-view'
import { RemovedNotice } from './removed-notice'
import { type Shown, useFocusAnswer } from './use-focus-answer'
import { useGalleryPhoto } from './use-gallery-photo'
import { useLinkedModel } from './use-linked-model'
import { useOwnModels } from './use-own-models'
import { usePaste } from './use-paste'
import { useSessionState, useTabSession } from './use-tab-session'
import { useUrlPhotos } from './use-url-photos'

// Loaded on demand: only if the visitor opens it.
const Overview = lazy(
  () => import('./overview/overview').then((module) => module.Overview),
  () => <div className="h-dvh" />,
)
const Camera = lazy(() => import('./camera/camera').then((module) => module.Camera))

const UrlNotice = lazy(() => import('./url-notice').then((module) => module.UrlNotice))

const PARTS = {
  preload() {
    preloadAnswerParts()
    UrlNotice.preload()
  },
}

interface ClassifierProps {
  /** A gallery photo to start with. */
  gallery: { file: string; credit: string } | null
  models: readonly ModelInfo[]
  limits: SiteLimits
  /** Whether visitors may choose where models run. */
  choice: boolean
  /** Whether models run in this browser only. */
  onlyHere: boolean
  /** What kind of feedback the server accepts; null if none. */
  feedback: FeedbackOffer | null
  /** Who may save labels as a model; null if nobody. */
  training: TrainingOffer | null
  /** Whether this server offers batches. */
  batches: boolean
}

/** The classify page: add photos by dropping, selecting, pasting or the camera, and see their results. */
export function Classifier({
  models: listed,
  limits,
  choice,
  onlyHere,
  gallery,
  feedback,
  training,
  batches,
}: ClassifierProps) {
  const t = useTranslations('classify')
  const { session, views, view } = useTabSession(choiceOf(listed, defaultModel(listed)), limits.imageBytes)
  const model = useSessionState(session, (state) => state.model)
  const reduce = useSessionState(session, (state) => state.reduce)
  // The server that renders the page knows nothing of a choice.
  const here = useSessionState(session, (state) => state.here || onlyHere)
  const models = useOwnModels(listed, model, here)
  const restoring = useSessionState(session, (state) => state.restoring)
  const count = useSessionState(session, ({ photos }) => photos.length)
  const offer = offered({ limits, feedback, batches }, here)
  const [chosenCount, setLabelCount] = usePersistentState('labels shown', 5)
  const labelCount = Math.min(chosenCount, maxLabels(models, model))
  const [minScore, setMinScore] = usePersistentState('least score', 0)

  const add = useCallback((files: readonly Blob[]) => session.add(files), [session])
  const { state: urlState, fetchUrl, dismiss, forgetFailure } = useUrlPhotos(add, count)
  const onUrl = offer.urls ? fetchUrl : null
  useLinkedModel(session, listed, choice, onlyHere)
  usePaste(add, onUrl)
  usePreload(PARTS)
  useGalleryPhoto((file, credit) => session.add([file], credit), gallery)
  const { getRootProps, getInputProps, isDragActive, open } = useDropzone({
    getFilesFromEvent: filesFromEvent,
    onDrop: add,
    noClick: true,
    noKeyboard: true,
    multiple: true,
  })

  const shownId = view.name === 'photo' ? view.id : null
  const photo = useSessionState(session, ({ photos }) => photos.find(({ id }) => id === shownId))
  const phase = photo?.phases[model]
  const shown = shownBy(view, photo, restoring)
  const answer = useFocusAnswer(shown, gallery !== null)
  const show = useLatest((id: number) => {
    views.show(id)
    if (view.name === 'overview') window.scrollTo({ top: 0 })
  })
  const strip = count > 0 && (
    <Filmstrip
      session={session}
      selected={photo?.id ?? null}
      onSelect={show}
      onAdd={open}
      onShowAll={() => views.showAll()}
    />
  )
  const options = (
    <>
      <Options
        models={models}
        model={model}
        onModel={(next) => session.setModel(choiceOf(models, next))}
        labelCount={labelCount}
        onLabelCount={setLabelCount}
        minScore={minScore}
        onMinScore={setMinScore}
        reduce={reduce}
        here={here}
        choice={choice}
      />
      <OwnWords
        training={training}
        models={models}
        model={model}
        usual={defaultModel(listed)}
        onModel={(next) => session.setModel(next)}
      />
    </>
  )
  return (
    <div {...getRootProps()} className="min-h-[calc(100dvh-3.75rem)] outline-none">
      <input {...getInputProps()} accept="image/*,.heic,.heif,.hif,.ppm,.pgm" style={{ display: 'none' }} />
      <DropOverlay visible={isDragActive} text={t('dropToClassify')} />
      <Announcer photo={photo} phase={phase} />
      <main
        id="content"
        tabIndex={-1}
        className={`mx-auto max-w-[70rem] px-4 outline-none xl:px-0 ${urlState.name === 'failed' ? 'pb-52' : 'pb-16'}`}
      >
        <ModelNotice models={models} />
        {/* A photo that waits says so itself. */}
        {phase?.name !== 'away' && <OfflineNotice here={here} session={session} models={models} />}
        {urlState.name !== 'idle' && <UrlNotice state={urlState} onDismiss={dismiss} />}
        <RemovedNotice session={session} />
        {shown === 'camera' && (
          <Camera
            model={model}
            here={here}
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
            model={model}
            labelCount={labelCount}
            minScore={minScore}
            here={here}
            canExplain={offer.explain}
            feedback={offer.feedback}
            strip={strip}
            options={options}
          />
        )}
        {shown === 'overview' && (
          <Overview session={session} onOpen={show} onAdd={open} options={options} canBatch={offer.batches} />
        )}
        {(shown === 'start' || shown === 'restoring') && (
          <div className={shown === 'restoring' ? 'invisible' : undefined}>
            <EmptyState
              here={here}
              choice={choice}
              onUrl={onUrl}
              onUrlEdit={forgetFailure}
              onBrowse={open}
              onFiles={add}
              onCamera={() => views.openCamera()}
              onSample={(file, credit) => session.add([file], credit)}
            />
            {strip && (
              <div className="mx-auto mt-8 max-w-[47.5rem] border-line border-t pt-5">
                <p className="text-ink-2 text-sm">{t('backTo', { count })}</p>
                {strip}
              </div>
            )}
          </div>
        )}
      </main>
    </div>
  )
}

function shownBy({ name }: View, photo: Photo | undefined, restoring: boolean): Shown {
  if (name === 'camera' || name === 'overview') return name
  if (photo) return 'answer'
  return restoring ? 'restoring' : 'start'
}

/** What the page offers. While photos stay in this browser, it offers nothing that would send them. */
function offered(
  { limits, feedback, batches }: Pick<ClassifierProps, 'limits' | 'feedback' | 'batches'>,
  here: boolean,
) {
  // Explanations cost this server nothing then.
  if (here) return { explain: true, feedback: null, batches, urls: false }
  return { explain: limits.explain, feedback, batches, urls: limits.urlInput }
}
