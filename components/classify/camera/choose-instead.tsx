import { Upload } from 'lucide-react'
import { type ChangeEvent, useRef } from 'react'
import { useTranslations } from 'use-intl'
import { Button } from '../../ui/button'
import { TakePhoto } from '../take-photo'

/** Other ways to a photo where the live camera doesn't work: the phone's camera app, which needs no permission, and files. */
export function ChooseInstead({ onFiles }: { onFiles(files: readonly Blob[]): void }) {
  const t = useTranslations('classify')
  const input = useRef<HTMLInputElement>(null)
  function handleChange({ target }: ChangeEvent<HTMLInputElement>): void {
    onFiles([...(target.files ?? [])])
    target.value = ''
  }
  return (
    <>
      <TakePhoto onFiles={onFiles} />
      <input
        ref={input}
        type="file"
        multiple
        accept="image/*,.heic,.heif,.hif,.ppm,.pgm"
        hidden
        aria-label={t('choose')}
        onChange={handleChange}
        data-picks="instead"
      />
      <Button onClick={() => input.current?.click()}>
        <Upload aria-hidden /> {t('choose')}
      </Button>
    </>
  )
}
