import { Upload } from 'lucide-react'
import { useTranslations } from 'use-intl'
import { FileButton } from '../../ui/file-button'
import { TakePhoto } from '../take-photo'

/** Other ways to a photo where the live camera doesn't work: the phone's camera app, which needs no permission, and files. */
export function ChooseInstead({ onFiles }: { onFiles(files: readonly Blob[]): void }) {
  const t = useTranslations('classify')
  return (
    <>
      <TakePhoto onFiles={onFiles} />
      <FileButton multiple accept="image/*,.heic,.heif,.hif,.ppm,.pgm" onFiles={onFiles}>
        <Upload aria-hidden /> {t('choose')}
      </FileButton>
    </>
  )
}
