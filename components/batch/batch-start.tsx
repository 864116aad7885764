import { FileImage, FolderOpen, Images } from 'lucide-react'
import { useTranslations } from 'use-intl'
import type { BatchSettings } from '@/lib/client/batch/api'
import type { LeftOut } from '@/lib/client/batch/source'
import type { ModelInfo } from '@/lib/shared/contract'
import { useModelName } from '../classify/use-model-name'
import { Disclosure } from '../ui/disclosure'
import { Segmented } from '../ui/segmented'
import { Slider } from '../ui/slider'
import { useFormat } from '../ui/use-format'
import { KnownBatches } from './known-batches'
import { LeftOutNotice } from './left-out-notice'
import { PickFiles } from './pick-files'

interface BatchStartProps {
  models: readonly ModelInfo[]
  settings: BatchSettings
  onSettings(settings: BatchSettings): void
  onFiles(files: readonly File[]): void
  collecting: boolean
  leftOut: readonly LeftOut[]
  limits: { imageBytes: number; files: number }
  retentionHours: number
}

const MOST_LABELS = 10
const HIGHEST_THRESHOLD = 0.5
/** What the dialog of the system offers first; anything may be chosen. */
const ACCEPT = 'image/*,.heic,.heif,.zip,.csv'

/** Before the first photo: what this is, the ways to give it photos, and the batches of before. */
export function BatchStart({ models, settings, onSettings, onFiles, collecting, leftOut, ...facts }: BatchStartProps) {
  const t = useTranslations('batch')
  const format = useFormat()
  const { limits, retentionHours } = facts
  return (
    <div className="mx-auto max-w-[760px] pt-2 sm:pt-6">
      <h1 className="font-semibold text-xl tracking-tight lg:text-2xl">{t('title')}</h1>
      <p className="mt-2 max-w-[64ch] text-pretty text-ink-2">{t('lead')}</p>
      <div className="mt-8 rounded-2xl border border-line-2 border-dashed bg-card px-5 py-8 text-center shadow-card sm:py-11">
        <Images aria-hidden className="mx-auto size-8 text-accent" strokeWidth={1.75} />
        <h2 className="mt-4 font-semibold text-lg tracking-tight">{t('dropTitle')}</h2>
        <p role="status" className="mt-1 text-pretty text-ink-2 text-sm">
          {collecting ? t('collecting') : t('dropHint')}
        </p>
        <div className="mt-5 flex flex-wrap justify-center gap-2">
          <PickFiles variant="primary" accept={ACCEPT} onFiles={onFiles}>
            <FileImage aria-hidden /> {t('chooseFiles')}
          </PickFiles>
          <PickFiles folder onFiles={onFiles}>
            <FolderOpen aria-hidden /> {t('chooseFolder')}
          </PickFiles>
        </div>
      </div>
      <LeftOutNotice leftOut={leftOut} />
      <Settings models={models} settings={settings} onSettings={onSettings} />
      <p className="mt-4 text-pretty text-ink-3 text-sm">
        {t('facts', {
          files: format.integer(limits.files),
          size: format.bytes(limits.imageBytes),
          hours: retentionHours,
        })}
      </p>
      <KnownBatches />
    </div>
  )
}

function Settings({ models, settings, onSettings }: Pick<BatchStartProps, 'models' | 'settings' | 'onSettings'>) {
  const t = useTranslations('answer')
  const name = useModelName()
  const { model, topK, threshold } = settings
  const percent = Math.round(100 * threshold)
  const chosen = [t('optionsModel', { model: name(model) }), t('optionsTop', { count: topK })]
  if (percent > 0) chosen.push(t('optionsLeast', { percent }))
  const choices = models.map(({ id, type, status }) => ({
    value: type ?? id,
    label: name(type ?? id),
    disabled: status === 'failed',
  }))
  return (
    <Disclosure className="mt-4" label={chosen.join(' · ')}>
      <Segmented
        label={t('model')}
        options={choices}
        value={model}
        onChange={(next) => onSettings({ ...settings, model: next })}
      />
      <Slider
        label={t('labels')}
        value={topK}
        min={1}
        max={MOST_LABELS}
        step={1}
        onChange={(next) => onSettings({ ...settings, topK: next })}
        show={String}
      />
      <Slider
        label={t('atLeast')}
        value={threshold}
        min={0}
        max={HIGHEST_THRESHOLD}
        step={0.01}
        onChange={(next) => onSettings({ ...settings, threshold: next })}
        show={(share) => t('percent', { value: Math.round(100 * share) })}
      />
    </Disclosure>
  )
}
