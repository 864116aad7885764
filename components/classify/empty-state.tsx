import { ScanSearch, Video } from 'lucide-react'
import { useTranslations } from 'use-intl'
import { Button } from '../ui/button'
import { ByPointer } from '../ui/by-pointer'
import { lazy } from '../ui/lazy'
import { ChooseButton } from './choose-button'
import { Samples } from './samples'
import { TakePhoto } from './take-photo'
import { UrlField } from './url-field'

const PlaceLink = lazy(
  () => import('./place-link').then((module) => module.PlaceLink),
  () => <div className="mt-2 h-9" />,
)

interface EmptyStateProps {
  /** Whether photos are classified in this browser. */
  here: boolean
  /** Whether the visitor may choose that. */
  choice: boolean
  /** Loads a photo by URL; null if this server does not fetch URLs. */
  onUrl: ((url: string) => void) | null
  /** The visitor edits the URL, or submits another one. */
  onUrlEdit(): void
  onBrowse(): void
  onFiles(files: readonly Blob[]): void
  onCamera(): void
  onSample(file: Blob, credit: string): void
}

/** The page before the first photo: an introduction and ways to add one. */
export function EmptyState({ here, choice, onUrl, onUrlEdit, onBrowse, onFiles, onCamera, onSample }: EmptyStateProps) {
  const t = useTranslations('classify')
  return (
    <div className="mx-auto max-w-[47.5rem] pt-6 text-center sm:pt-12">
      <h1 className="text-balance font-semibold text-[2.375rem] leading-tight tracking-[-0.035em] sm:text-3xl">
        {t('title')}
      </h1>
      <p className="mx-auto mt-3 max-w-[33em] text-pretty text-ink-2 sm:text-[1.125rem]">
        <ByPointer fine={t(here ? 'leadHere' : 'lead')} coarse={t(here ? 'leadTouchHere' : 'leadTouch')} />
      </p>
      {choice && <PlaceLink here={here} />}
      <div className="mt-8 rounded-2xl border border-line-2 border-dashed bg-card px-5 py-8 shadow-card sm:py-11">
        <ScanSearch aria-hidden className="mx-auto size-8 text-accent" strokeWidth={1.75} />
        <h2 className="mt-4 font-semibold text-lg tracking-tight">
          <ByPointer fine={t('dropTitle')} coarse={t('touchTitle')} />
        </h2>
        <p className="mt-1 hidden text-ink-2 text-sm pointer-fine:block">{t(onUrl ? 'dropHint' : 'dropHintPhoto')}</p>
        <div className="mt-5 flex flex-wrap justify-center gap-2">
          <TakePhoto onFiles={onFiles} />
          <ChooseButton onBrowse={onBrowse}>{t('choose')}</ChooseButton>
          <Button onClick={onCamera}>
            <Video aria-hidden /> {t('liveCamera')}
          </Button>
        </div>
        {onUrl && <UrlField onUrl={onUrl} onEdit={onUrlEdit} />}
      </div>
      <Samples onSample={onSample} />
    </div>
  )
}
