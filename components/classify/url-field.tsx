import { Link2 } from 'lucide-react'
import { type FormEvent, useId, useState } from 'react'
import { useTranslations } from 'use-intl'
import { parseTypedUrl } from '@/lib/client/api/typed-url'
import { Button } from '../ui/button'

/** A field for the URL of a photo, which the server fetches. */
export function UrlField({ onUrl, onEdit }: { onUrl(url: string): void; onEdit(): void }) {
  const t = useTranslations('classify')
  const [text, setText] = useState('')
  const [invalid, setInvalid] = useState(false)
  const id = useId()
  function edit(next: string): void {
    setText(next)
    setInvalid(false)
    onEdit()
  }
  function submit(event: FormEvent): void {
    event.preventDefault()
    const url = parseTypedUrl(text)
    onEdit()
    setInvalid(url === null)
    if (url === null) return
    // The text stays: the URL may turn out to be wrong.
    onUrl(url)
  }
  return (
    <form onSubmit={submit} noValidate className="mx-auto mt-5 max-w-[26.25rem] text-left">
      <div className="flex gap-2">
        <div className="relative min-w-0 flex-1">
          <label htmlFor={id} className="sr-only">
            {t('urlLabel')}
          </label>
          <Link2 aria-hidden className="absolute top-3 left-3 size-4 text-ink-3" />
          <input
            id={id}
            type="text"
            inputMode="url"
            autoComplete="off"
            value={text}
            onChange={(event) => edit(event.target.value)}
            aria-invalid={invalid}
            aria-describedby={invalid ? `${id}-error` : undefined}
            placeholder={t('urlPlaceholder')}
            className="h-10 w-full rounded-card border border-line-2 bg-card pr-3 pl-9 text-sm placeholder:text-ink-3"
          />
        </div>
        <Button type="submit">{t('urlFetch')}</Button>
      </div>
      {invalid && (
        <p id={`${id}-error`} role="alert" className="mt-2 text-bad text-sm">
          {t('urlWrong')}
        </p>
      )}
    </form>
  )
}
