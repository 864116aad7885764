import type { FormEvent } from 'react'
import { useTranslations } from 'use-intl'
import type { OwnModel } from '@/lib/client/device-models/store'
import { Button } from '../ui/button'

interface OwnModelNameProps {
  model: OwnModel
  onClose(): void
  onFailure(thrown: unknown): void
}

const MAX_LENGTH = 100

/** A field for another name. */
export function OwnModelName({ model, onClose, onFailure }: OwnModelNameProps) {
  const t = useTranslations('ownModels')
  async function rename(title: string): Promise<void> {
    const { renameModel } = await import('@/lib/client/device-models/rename')
    if (title !== '' && title !== model.title) await renameModel(model, title)
    onClose()
  }
  function submit(event: FormEvent<HTMLFormElement>): void {
    event.preventDefault()
    void rename(String(new FormData(event.currentTarget).get('name')).trim()).catch(onFailure)
  }
  return (
    <form onSubmit={submit} className="flex flex-wrap gap-2">
      <input
        name="name"
        aria-label={t('name')}
        defaultValue={model.title}
        maxLength={MAX_LENGTH}
        pattern="[^<>]*"
        required
        autoComplete="off"
        // biome-ignore lint/a11y/noAutofocus: it was asked for
        autoFocus
        className="h-10 min-w-40 flex-1 rounded-card border border-line-2 bg-card px-3 text-sm"
      />
      <Button type="submit" variant="primary">
        {t('renameSave')}
      </Button>
      <Button variant="quiet" onClick={onClose}>
        {t('cancel')}
      </Button>
    </form>
  )
}
