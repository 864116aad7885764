'use client'

import { useCallback, useEffect, useState, useSyncExternalStore } from 'react'
import { useDropzone } from 'react-dropzone'
import { classify } from '@/lib/client/classify'
import { PhotoSession } from '@/lib/client/photo-session'
import type { ModelInfo } from '@/lib/shared/contract'
import { Announcer } from './announcer'
import { Answer } from './answer'
import { DropOverlay } from './drop-overlay'
import { EmptyState } from './empty-state'
import { Filmstrip } from './filmstrip'
import { ModelNotice } from './model-notice'
import { Options } from './options'
import { PhotoFrame } from './photo-frame'
import { usePaste } from './use-paste'

interface ClassifierProps {
  models: readonly ModelInfo[]
  limits: { imageBytes: number; pixels: number }
}

/** The page where photos become answers: drop, choose or paste; several one after another. */
export function Classifier({ models, limits }: ClassifierProps) {
  const [session] = useState(
    () => new PhotoSession({ model: startModel(models), maxBytes: limits.imageBytes, send: classify }),
  )
  useEffect(() => () => session.dispose(), [session])
  const { photos, selected, model } = useSyncExternalStore(session.subscribe, session.snapshot, session.snapshot)
  const [shown, setShown] = useState(5)

  const add = useCallback((files: readonly Blob[]) => session.add(files), [session])
  usePaste(add)
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
                onRetry={() => session.retry(photo.id)}
                onRemove={() => session.remove(photo.id)}
              />
              <Options
                models={models}
                model={model}
                onModel={(next) => session.setModel(next)}
                shown={shown}
                onShown={setShown}
              />
            </section>
          </div>
        ) : (
          <EmptyState onChoose={open} onFiles={add} onSample={(file, credit) => session.add([file], credit)} />
        )}
      </main>
    </div>
  )
}

/** The default model, named by its type where it has one. */
function startModel(models: readonly ModelInfo[]): string {
  const model = models.find((candidate) => candidate.default) ?? models[0]
  return model?.type ?? model?.id ?? 'balanced'
}
