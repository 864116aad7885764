import { FileImage, FolderOpen, Images, Tags } from 'lucide-react'
import { useTranslations } from 'use-intl'
import type { BatchSettings } from '@/lib/client/batch/api'
import type { LabelsFile, UnreadableLabels } from '@/lib/client/batch/labels'
import type { LeftOut } from '@/lib/client/batch/source'
import type { ModelInfo } from '@/lib/shared/contract/contract'
import { defaultModel } from '../classify/default-model'
import { choiceOf, hasTextModel } from '../classify/own-words-model'
import { ResultOptions } from '../classify/result-options'
import { useModelsElsewhere } from '../classify/use-models-elsewhere'
import { ByPointer } from '../ui/by-pointer'
import { lazy } from '../ui/lazy'
import { Switch } from '../ui/switch'
import { useFormat } from '../ui/use-format'
import { FilePickerButton } from './file-picker-button'
import { GalleryBatch } from './gallery-batch'
import { NothingAddedNotice } from './left-out-notice'
import { SavedBatches } from './saved-batches'

// Few servers have a text-image model.
const OwnWords = lazy(
  () => import('../classify/own-words').then((module) => module.OwnWords),
  () => <div className="h-10" />,
)
const PlaceChoice = lazy(
  () => import('../classify/place-choice').then((module) => module.PlaceChoice),
  () => <div className="h-32" />,
)

// Few visitors see it.
const UnreadableLabelsNotice = lazy(() =>
  import('./unreadable-labels-notice').then((module) => module.UnreadableLabelsNotice),
)

interface BatchStartProps {
  models: readonly ModelInfo[]
  settings: BatchSettings
  /** Whether photos are classified in this browser. */
  here: boolean
  /** Whether the visitor can choose that. */
  canChoose: boolean
  onSettings(settings: BatchSettings): void
  onFiles(files: readonly File[]): void
  /** Starts a batch of sample photos, with a name. */
  onSamples(files: readonly File[], title: string): void
  collecting: boolean
  leftOut: readonly LeftOut[]
  /** Labels that were added before the photos. */
  labels: LabelsFile | null
  unreadableLabels: UnreadableLabels | null
  onCloseUnreadable(): void
  limits: { imageBytes: number; files: number }
  retentionHours: number
  /** Whether the chosen model can check photos. */
  canCheck: boolean
}

/** Labels of a photo, where the model doesn't decide how many. */
const DEFAULT_COUNT = 5

/** The file dialog shows these types first; the visitor can still choose any file. */
const ACCEPT = 'image/*,.heic,.heif,.hif,.ppm,.pgm,.zip,.csv,.tsv,.txt,.json,.jsonl,.xml'

/** The page before the first photo: an introduction, ways to add photos, and earlier batches. */
export function BatchStart({ models, settings, onSettings, onFiles, collecting, leftOut, ...facts }: BatchStartProps) {
  const t = useTranslations('batch')
  const format = useFormat()
  const { here, canChoose, limits, retentionHours, labels, unreadableLabels, onCloseUnreadable } = facts
  const onModel = (model: string) => onSettings({ ...settings, model })
  const elsewhere = useModelsElsewhere({ models, here, choice: { model: settings.model, onModel } })
  const most = { files: format.integer(limits.files), size: format.bytes(limits.imageBytes) }
  return (
    <div className="mx-auto max-w-[47.5rem] pt-2 sm:pt-6">
      <h1 tabIndex={-1} className="font-semibold text-xl tracking-tight outline-none lg:text-2xl">
        {t('title')}
      </h1>
      <p className="mt-2 max-w-[64ch] text-pretty text-ink-2">
        <ByPointer fine={t('lead')} coarse={t('leadTouch')} />
      </p>
      <div className="mt-8 rounded-2xl border border-line-2 border-dashed bg-card px-5 pt-8 pb-4 text-center shadow-card sm:pt-11">
        <Images aria-hidden className="mx-auto size-8 text-accent" strokeWidth={1.75} />
        <h2 className="mt-4 font-semibold text-lg tracking-tight">
          <ByPointer fine={t('dropTitle')} coarse={t('touchTitle')} />
        </h2>
        <p role="status" className="mt-1 text-pretty text-ink-2 text-sm">
          {collecting ? t('collecting') : t('dropHint')}
        </p>
        <div className="mt-5 flex flex-wrap justify-center gap-2">
          <FilePickerButton variant="primary" accept={ACCEPT} onFiles={onFiles}>
            <FileImage aria-hidden /> {t('chooseFiles')}
          </FilePickerButton>
          {/* Phones have no folders to choose. */}
          <div className="pointer-coarse:hidden">
            <FilePickerButton folder onFiles={onFiles}>
              <FolderOpen aria-hidden /> {t('chooseFolder')}
            </FilePickerButton>
          </div>
        </div>
        <GalleryBatch onPhotos={facts.onSamples} />
      </div>
      {labels && (
        <p role="status" className="mt-3 flex items-center gap-2 rounded-card bg-accent-soft px-4 py-3 text-sm">
          <Tags aria-hidden className="size-4 shrink-0 text-accent" />
          {t('labelsReady', { name: labels.name })}
        </p>
      )}
      {unreadableLabels && <UnreadableLabelsNotice labels={unreadableLabels} onClose={onCloseUnreadable} />}
      <NothingAddedNotice leftOut={leftOut} />
      {!here && (
        <div className="mt-4 rounded-card border border-line bg-card px-4 py-2.5">
          <Switch
            label={t('check.option')}
            hint={t(facts.canCheck ? 'check.optionHint' : 'check.noEmbedding')}
            checked={facts.canCheck && settings.check === true}
            disabled={!facts.canCheck}
            onChange={(check) => onSettings({ ...settings, check })}
          />
        </div>
      )}
      <div className="mt-3" />
      <ResultOptions
        models={here ? models.filter(({ text }) => text === null) : models}
        model={settings.model}
        onModel={(model) => onModel(choiceOf(models, model))}
        elsewhere={elsewhere}
        labelCount={settings.topK ?? DEFAULT_COUNT}
        onLabelCount={(topK) => onSettings({ ...settings, topK })}
        minScore={settings.threshold}
        onMinScore={(threshold) => onSettings({ ...settings, threshold })}
        place={canChoose && <PlaceChoice here={here} elsewhere={elsewhere.size > 0} />}
      />
      {hasTextModel(models) && !here && (
        <OwnWords
          many
          training={null}
          models={models}
          model={settings.model}
          usual={defaultModel(models)}
          onModel={onModel}
        />
      )}
      <p className="mt-4 text-pretty text-ink-3 text-sm">
        {here ? t('device.facts', most) : t('facts', { ...most, hours: retentionHours })}
      </p>
      <SavedBatches models={models} />
    </div>
  )
}
