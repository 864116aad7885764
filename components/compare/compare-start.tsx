import { useTranslations } from 'use-intl'
import { ChooseButton } from '../classify/choose-button'
import { Samples } from '../classify/samples'
import { TakePhoto } from '../classify/take-photo'
import { useModelName } from '../classify/use-model-name'

interface CompareStartProps {
  /** While photos from before a reload are being restored. */
  hidden: boolean
  models: readonly string[]
  onBrowse(): void
  onFiles(files: readonly Blob[]): void
  onSample(file: Blob, credit: string): void
}

/** The page before the first photo: what it does, and ways to add one. */
export function CompareStart({ hidden, models, onBrowse, onFiles, onSample }: CompareStartProps) {
  const t = useTranslations('compare')
  const name = useModelName()
  return (
    <div className={`mx-auto max-w-[42.5rem] pt-6 text-center sm:pt-12 ${hidden ? 'invisible' : ''}`}>
      <h1 className="text-balance font-semibold text-[2.125rem] leading-tight tracking-[-0.035em] sm:text-2xl">
        {t('title')}
      </h1>
      <p className="mx-auto mt-3 max-w-[36em] text-pretty text-ink-2">
        {t('lead', { models: models.map(name).join(', ') })}
      </p>
      <div className="mt-8 rounded-2xl border border-line-2 border-dashed bg-card px-5 py-10 shadow-card">
        <div className="flex flex-wrap justify-center gap-2">
          <TakePhoto onFiles={onFiles} />
          <ChooseButton onBrowse={onBrowse}>{t('choose')}</ChooseButton>
        </div>
        <p className="mt-3 text-ink-2 text-sm pointer-coarse:hidden">{t('hint')}</p>
      </div>
      <Samples onSample={onSample} />
    </div>
  )
}
