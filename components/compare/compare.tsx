'use client'

import { useCallback, useEffect } from 'react'
import { useDropzone } from 'react-dropzone'
import { useTranslations } from 'use-intl'
import type { Photo } from '@/lib/client/photos/photo'
import type { ModelInfo } from '@/lib/shared/contract/contract'
import { Announcer } from '../classify/announcer'
import { InputFrame } from '../classify/crop/input-frame'
import { defaultModel } from '../classify/default-model'
import { DropOverlay } from '../classify/drop-overlay'
import { Filmstrip, useLatest } from '../classify/filmstrip'
import { PhotoFrame } from '../classify/photo-frame'
import { RemovedNotice } from '../classify/removed-notice'
import { usePaste } from '../classify/use-paste'
import { useSessionState, useTabSession } from '../classify/use-tab-session'
import { CompareStart } from './compare-start'
import { ModelPicker } from './model-picker'
import { ModelResults } from './model-results'
import { useComparedModels } from './use-compared-models'

interface CompareProps {
  models: readonly ModelInfo[]
  imageBytes: number
}

/** The compare page: one of this tab's photos, classified by several models side by side. */
export function Compare({ models, imageBytes }: CompareProps) {
  const t = useTranslations('classify')
  const { session, views, view } = useTabSession(defaultModel(models), imageBytes, '/compare')
  const model = useSessionState(session, (state) => state.model)
  const here = useSessionState(session, (state) => state.here)
  const restoring = useSessionState(session, (state) => state.restoring)
  const compared = useComparedModels(models)
  const add = useCallback((files: readonly Blob[]) => session.add(files), [session])
  usePaste(add, null)
  const { getRootProps, getInputProps, isDragActive, open } = useDropzone({
    onDrop: add,
    noClick: true,
    noKeyboard: true,
    multiple: true,
  })
  // If the URL names no photo, show the most recent one.
  const shownId = view.name === 'photo' ? view.id : null
  const photo = useSessionState(session, ({ photos, selected }) => {
    const id = shownId ?? selected ?? photos.at(-1)?.id
    return photos.find((each) => each.id === id)
  })
  const show = useLatest((id: number) => views.show(id))
  const phase = photo?.phases[model]
  useRequests(photo, compared.chosen, (photoId, by) => session.classify(photoId, by))
  return (
    <div {...getRootProps()} className="min-h-[calc(100dvh-3.75rem)] outline-none">
      <input {...getInputProps()} accept="image/*,.heic,.heif,.hif,.ppm,.pgm" style={{ display: 'none' }} />
      <DropOverlay visible={isDragActive} text={t('dropToClassify')} />
      <Announcer photo={photo} phase={phase} />
      <main id="content" tabIndex={-1} className="mx-auto max-w-[70rem] px-4 pb-16 outline-none xl:px-0">
        <RemovedNotice session={session} />
        {photo ? (
          <div className="grid grid-cols-[minmax(0,1fr)] gap-x-10 gap-y-5 pt-2 lg:grid-cols-[minmax(0,420fr)_minmax(0,660fr)] lg:pt-5">
            <div>
              <PhotoFrame
                photo={photo}
                url={session.url(photo)}
                phase={phase}
                onRemove={() => session.remove(photo.id)}
                onSendOriginal={session.originalSender(photo)}
              >
                {phase?.name === 'answered' && phase.result.area && (
                  <InputFrame area={phase.result.area} image={phase.result.image} chosen={photo.crop !== null} />
                )}
              </PhotoFrame>
              <Filmstrip session={session} selected={photo.id} onSelect={show} onAdd={open} onShowAll={null} />
              <ModelPicker {...compared} />
            </div>
            <ModelResults
              photo={photo}
              models={compared.chosen}
              letters={compared.letters}
              selected={model}
              onSelect={(next) => session.setModel(next)}
              onRetry={(by) => session.classify(photo.id, by, { retry: true })}
              onRemove={() => session.remove(photo.id)}
              onTryServer={() => session.tryServerNow()}
              here={here}
            />
          </div>
        ) : (
          <CompareStart
            hidden={restoring}
            models={compared.chosen}
            onBrowse={open}
            onFiles={add}
            onSample={(file, credit) => session.add([file], credit)}
          />
        )}
      </main>
    </div>
  )
}

/** Requests a result for the photo from each model. */
function useRequests(
  photo: Photo | undefined,
  models: readonly string[],
  classify: (id: number, model: string) => void,
): void {
  const id = photo?.id
  // biome-ignore lint/correctness/useExhaustiveDependencies: only a different photo or different models need new requests
  useEffect(() => {
    if (id !== undefined) for (const model of models) classify(id, model)
  }, [id, models])
}
