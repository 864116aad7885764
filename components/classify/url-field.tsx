import { Link2 } from 'lucide-react'
import { type FormEvent, useId, useState } from 'react'
import { webAddress } from '@/lib/client/photo-by-url'
import { Button } from '../ui/button'

/** For a photo that lies on the web: its address, which the server fetches. */
export function UrlField({ onUrl }: { onUrl(url: string): void }) {
  const [text, setText] = useState('')
  const [wrong, setWrong] = useState(false)
  const id = useId()
  function submit(event: FormEvent): void {
    event.preventDefault()
    const url = webAddress(text)
    setWrong(url === null)
    if (url === null) return
    onUrl(url)
    setText('')
  }
  return (
    <form onSubmit={submit} noValidate className="mx-auto mt-5 max-w-[420px] text-left">
      <div className="flex gap-2">
        <div className="relative min-w-0 flex-1">
          <label htmlFor={id} className="sr-only">
            Address of a photo
          </label>
          <Link2 aria-hidden className="absolute top-3 left-3 size-4 text-ink-3" />
          <input
            id={id}
            type="url"
            inputMode="url"
            autoComplete="off"
            value={text}
            onChange={(event) => setText(event.target.value)}
            aria-invalid={wrong}
            aria-describedby={wrong ? `${id}-wrong` : undefined}
            placeholder="https://…/photo.jpg"
            className="h-10 w-full rounded-card border border-line-2 bg-card pr-3 pl-9 text-sm placeholder:text-ink-3"
          />
        </div>
        <Button type="submit">Fetch</Button>
      </div>
      {wrong && (
        <p id={`${id}-wrong`} role="alert" className="mt-2 text-bad text-sm">
          That is not an address that begins with http:// or https://.
        </p>
      )}
    </form>
  )
}
