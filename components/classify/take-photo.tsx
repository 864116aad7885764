import { Camera } from 'lucide-react'
import { type ChangeEvent, useRef } from 'react'
import { useTranslations } from 'use-intl'
import { Button } from '../ui/button'

/** Opens a phone's camera app. Hidden on desktops, where it would only open the file dialog a second time. */
export function TakePhoto({ onFiles }: { onFiles(files: readonly Blob[]): void }) {
  const t = useTranslations('classify')
  const input = useRef<HTMLInputElement>(null)
  function handleChange({ target }: ChangeEvent<HTMLInputElement>): void {
    onFiles([...(target.files ?? [])])
    target.value = ''
  }
  return (
    <div className="hidden pointer-coarse:block">
      <input
        ref={input}
        type="file"
        accept="image/*"
        capture="environment"
        hidden
        aria-label={t('takePhoto')}
        onChange={handleChange}
      />
      <Button variant="primary" onClick={() => input.current?.click()}>
        <Camera aria-hidden /> {t('takePhoto')}
      </Button>
    </div>
  )
}
