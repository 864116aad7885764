'use client'

import { useRouter } from 'next/navigation'
import { useEffect, useMemo, useState } from 'react'
import { useDropzone } from 'react-dropzone'
import { useTranslations } from 'use-intl'
import type { BatchSettings } from '@/lib/client/batch/api'
import { takeHandover } from '@/lib/client/batch/handover'
import type { BatchOptions } from '@/lib/client/batch/session'
import type { BatchSnapshot } from '@/lib/client/batch/snapshot'
import { isHere, saveHere } from '@/lib/client/choices'
import type { ModelInfo } from '@/lib/shared/contract/contract'
import { isMultiLabel } from '@/lib/shared/results/selected'
import { parseChoice } from '@/lib/shared/zero-shot/choice'
import { defaultModel } from '../classify/default-model'
import { DropOverlay } from '../classify/drop-overlay'
import { choiceOf } from '../classify/own-words-model'
import { filesFromEvent } from '../ui/files-from-event'
import { lazy } from '../ui/lazy'
import { usePreload } from '../ui/use-preload'
import { BatchStart } from './batch-start'
import { UnknownBatch } from './unknown-batch'
import { useBatch } from './use-batch'
import { useFocusTitle } from './use-focus-title'
import { placeNow, usePlace } from './use-place'

// The table, the charts, and the export: most of the page's code, and not needed before there are photos.
const BatchView = lazy(
  () => import('./batch-view').then((module) => module.BatchView),
  () => <div className="h-dvh" />,
)

interface BatchProps {
  models: readonly ModelInfo[]
  limits: { imageBytes: number; files: number }
  retentionHours: number
  /** Whether the server explains results. */
  explain: boolean
  /** Whether it has the page for training. */
  training: boolean
  /** Whether it lets browsers run models. */
  device: boolean
  /** Whether it runs none itself. */
  onlyHere: boolean
}

/** The batch page: add photos, follow their progress, search, evaluate and export the results. */
export function Batch({ models, limits, retentionHours, explain, training, device, onlyHere }: BatchProps) {
  const t = useTranslations('batch')
  const [settings, setSettings] = useState<BatchSettings>(() => ({
    model: choiceOf(models, defaultModel(models)),
    topK: 5,
    threshold: 0,
  }))
  const here = usePlace(device, onlyHere)
  const options = useMemo(() => optionsOf({ settings, models, limits, here }), [settings, models, limits, here])
  const { model } = options.settings
  const { session, snapshot, add, close } = useBatch(options)
  usePreload(BatchView)
  const main = useFocusTitle(snapshot?.phase ?? 'empty')
  // biome-ignore lint/correctness/useExhaustiveDependencies: once, when the page opens
  useEffect(() => {
    const handover = takeHandover()
    if (!handover) return
    const handedOver = { ...settings, model: handover.model }
    setSettings(handedOver)
    add(handover.files, optionsOf({ settings: handedOver, models, limits, here: placeNow(device) }))
  }, [])
  const router = useRouter()
  async function openPhoto(file: File): Promise<void> {
    const { tabSession } = await import('@/lib/client/photos/tab-session')
    const photos = tabSession(model, limits.imageBytes)
    // A photo of this device stays here.
    if (snapshot?.device && !isHere()) saveHere(true)
    photos.add([file])
    router.push(`/#photo-${photos.snapshot().selected}`)
  }
  const { getRootProps, getInputProps, isDragActive } = useDropzone({
    getFilesFromEvent: filesFromEvent,
    onDrop: (files) => add(files),
    noClick: true,
    noKeyboard: true,
    multiple: true,
    useFsAccessApi: false,
  })
  return (
    <div {...getRootProps()} className="min-h-[calc(100dvh-3.75rem)] outline-none">
      <input {...getInputProps()} aria-hidden tabIndex={-1} style={{ display: 'none' }} />
      <DropOverlay visible={isDragActive} text={t('drop')} />
      <main
        ref={main}
        id="content"
        tabIndex={-1}
        className="mx-auto max-w-[70rem] px-4 pt-6 pb-20 outline-none xl:px-0"
      >
        {snapshot && isUnknown(snapshot) ? (
          <UnknownBatch models={models} onNew={close} />
        ) : session && snapshot && snapshot.phase !== 'empty' ? (
          <BatchView
            key={session.serial}
            models={models}
            options={options}
            session={session}
            snapshot={snapshot}
            onFiles={add}
            onNew={close}
            onOpenPhoto={(file) => void openPhoto(file)}
            canExplain={explain || snapshot.device !== null}
            // Photos of this device mustn't be labeled where they would be sent.
            canLabel={training && (snapshot.device === null || here)}
          />
        ) : (
          <BatchStart
            models={models}
            settings={{ ...settings, model }}
            onSettings={setSettings}
            here={here}
            canChoose={device && !onlyHere}
            onFiles={add}
            onSamples={(files, title) => add(files, { ...options, title })}
            collecting={snapshot?.collecting ?? false}
            leftOut={snapshot?.leftOut ?? []}
            labels={snapshot?.labels ?? null}
            unreadableLabels={snapshot?.unreadableLabels ?? null}
            onCloseUnreadable={() => session?.setLabels(snapshot?.labels ?? null)}
            limits={limits}
            retentionHours={retentionHours}
            canCheck={canCheck(model, models)}
          />
        )}
      </main>
    </div>
  )
}

function optionsOf({
  settings,
  models,
  limits,
  here,
}: Pick<BatchProps, 'models' | 'limits'> & Required<Pick<BatchOptions, 'settings' | 'here'>>): BatchOptions {
  // Text-image models don't run in a browser.
  const choice = here && parseChoice(settings.model).words ? defaultModel(models) : settings.model
  const model = find(choice, models)
  const { id = '', revision = '' } = model ?? {}
  const topK = model && isMultiLabel({ model }) ? null : settings.topK
  const check = settings.check === true && !here && canCheck(choice, models)
  return { settings: { ...settings, model: choice, topK, check }, limits, here, model: { id, revision } }
}

function find(choice: string, models: readonly ModelInfo[]): ModelInfo | undefined {
  const { model } = parseChoice(choice)
  return models.find(({ id, type }) => model === (type ?? id))
}

/** A check compares embeddings, which some models don't have. */
function canCheck(model: string, models: readonly ModelInfo[]): boolean {
  const info = find(model, models)
  return info?.status !== 'ready' || info.embedding !== null
}

/** Whether the server doesn't know the batch, and this page has no results of it either. */
function isUnknown({ phase, items }: BatchSnapshot): boolean {
  return phase === 'gone' && items.every(({ row }) => row === null)
}
