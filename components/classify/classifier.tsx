'use client'

import dynamic from 'next/dynamic'
import { useCallback, useEffect, useState, useSyncExternalStore } from 'react'
import { useDropzone } from 'react-dropzone'
import { classify } from '@/lib/client/classify'
import { type Photo, PhotoSession } from '@/lib/client/photo-session'
import type { Classification, ModelInfo } from '@/lib/shared/contract'
import { Announcer } from './announcer'
import { Answer } from './answer'
import { DropOverlay } from './drop-overlay'
import { EmptyState } from './empty-state'
import { Filmstrip } from './filmstrip'
import { ModelNotice } from './model-notice'
import { Options } from './options'
import { PhotoFrame } from './photo-frame'
import { UrlNotice } from './url-notice'
import { useGalleryPhoto } from './use-gallery-photo'
import { usePaste } from './use-paste'
import { useUrlPhotos } from './use-url-photos'

// Menus and CSV come when there is an answer to take away.
const ShareResult = dynamic(() => import('./share-result').then((module) => module.ShareResult), { ssr: false })

interface ClassifierProps {
  /** A photo of the gallery to begin with. */
  gallery: { file: string; credit: string } | null
  models: readonly ModelInfo[]
  limits: { imageBytes: number; pixels: number; urlInput: boolean }
}

/** The page where photos become answers: drop, choose or paste; several one after another. */
export function Classifier({ models, limits, gallery }: ClassifierProps) {
  const [session] = useState(
    () =>
      new PhotoSession({ model: startModel(models), maxBytes: limits.imageBytes, send: classify, answered: remember }),
  )
  useEffect(() => () => session.dispose(), [session])
  const { photos, selected, model } = useSyncExternalStore(session.subscribe, session.snapshot, session.snapshot)
  const [shown, setShown] = useState(5)
  const [least, setLeast] = useState(0)

  const add = useCallback((files: readonly Blob[]) => session.add(files), [session])
  const { state: urlState, fetchUrl, dismiss } = useUrlPhotos(add)
  const onUrl = limits.urlInput ? fetchUrl : null
  usePaste(add, onUrl)
  useGalleryPhoto((file, credit) => session.add([file], credit), gallery)
  const { getRootProps, getInputProps, isDragActive, open } = useDropzone({
    onDrop: add,
    noClick: true,
    noKeyboard: true,
    multiple: true,
  })

  const photo = photos.find(({ id }) => id === selected)
  const phase = photo?.phases[model]
  return (
    <div {...getRootProps()} className="min-h-[calc(100dvh-60px)] outline-none">
      <input {...getInputProps()} accept="image/*" style={{ display: 'none' }} />
      <DropOverlay visible={isDragActive} />
      <Announcer photo={photo} phase={phase} />
      <main className="mx-auto max-w-[1120px] px-4 pb-16 xl:px-0">
        <ModelNotice models={models} />
        <UrlNotice state={urlState} onDismiss={dismiss} />
        {photo ? (
          <div className="grid grid-cols-[minmax(0,1fr)] gap-x-14 gap-y-5 pt-2 lg:grid-cols-[minmax(0,597fr)_minmax(0,467fr)] lg:pt-5">
            <div>
              <PhotoFrame photo={photo} phase={phase} onRemove={() => session.remove(photo.id)} />
              <Filmstrip
                photos={photos}
                model={model}
                selected={photo.id}
                onSelect={(id) => session.select(id)}
                onRemove={(id) => session.remove(id)}
                onAdd={open}
              />
            </div>
            <section aria-label="Answer" className="lg:pt-2">
              <Answer
                key={`${photo.id} ${model}`}
                file={photo.file}
                model={model}
                phase={phase}
                shown={shown}
                least={least}
                onRetry={() => session.retry(photo.id)}
                onRemove={() => session.remove(photo.id)}
              />
              <Options
                models={models}
                model={model}
                onModel={(next) => session.setModel(next)}
                shown={shown}
                onShown={setShown}
                least={least}
                onLeast={setLeast}
              />
              {phase?.name === 'answered' && (
                <ShareResult
                  shown={{ file: photo.name, result: phase.result }}
                  all={photos.flatMap(({ name, phases }) => {
                    const each = phases[model]
                    return each?.name === 'answered' ? [{ file: name, result: each.result }] : []
                  })}
                />
              )}
            </section>
          </div>
        ) : (
          <EmptyState
            onUrl={onUrl}
            onChoose={open}
            onFiles={add}
            onSample={(file, credit) => session.add([file], credit)}
          />
        )}
      </main>
    </div>
  )
}

/** Into this browser's history. Its code is fetched when there is something to keep. */
function remember({ file, name }: Photo, result: Classification): void {
  void import('@/lib/client/history').then(({ keepRun }) => keepRun(file, name, result))
}

/** The default model, named by its type where it has one. */
function startModel(models: readonly ModelInfo[]): string {
  const model = models.find((candidate) => candidate.default) ?? models[0]
  return model?.type ?? model?.id ?? 'balanced'
}
