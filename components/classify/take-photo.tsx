import { Camera } from 'lucide-react'
import { useTranslations } from 'use-intl'
import { FileButton } from '../ui/file-button'

/** Opens a phone's camera app. Hidden on desktops, where it would only open the file dialog a second time. */
export function TakePhoto({ onFiles }: { onFiles(files: readonly Blob[]): void }) {
  const t = useTranslations('classify')
  return (
    <div className="hidden pointer-coarse:block">
      <FileButton variant="primary" accept="image/*" capture="environment" onFiles={onFiles}>
        <Camera aria-hidden /> {t('takePhoto')}
      </FileButton>
    </div>
  )
}
