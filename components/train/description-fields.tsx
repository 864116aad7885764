import { useTranslations } from 'use-intl'
import { TextField } from '../ui/text-field'

/** How a new model is described. */
export function DescriptionFields() {
  const t = useTranslations('train')
  return (
    <div className="mt-4 grid gap-3">
      <TextField name="title" label={t('name')} placeholder={t('namePlaceholder')} required maxLength={100} />
      <TextField name="purpose" label={t('purpose')} maxLength={2000} />
      <TextField name="license" label={t('license')} placeholder="CC-BY-4.0" translate="no" maxLength={100} />
    </div>
  )
}
