import { useId } from 'react'
import { useTranslations } from 'use-intl'
import type { ClientCode } from '@/lib/shared/contract/client-code'

interface ClientChoiceProps {
  clients: readonly ClientCode[]
  /** Name of the chosen one; null for none. */
  chosen: string | null
  onChoose(name: string | null): void
}

/** Clients of other services that can send the same request. */
export function ClientChoice({ clients, chosen, onChoose }: ClientChoiceProps) {
  const t = useTranslations('api')
  const id = useId()
  if (clients.length === 0) return null
  return (
    <div className="flex flex-wrap items-center gap-x-4 gap-y-2">
      <label htmlFor={id} className="text-ink-2 text-sm">
        {t('otherClient')}
      </label>
      <select
        id={id}
        value={chosen ?? ''}
        onChange={({ target }) => onChoose(target.value || null)}
        className="h-10 min-w-0 max-w-72 flex-1 rounded-card border border-line-2 bg-card px-3 text-sm"
      >
        <option value="">{t('noClient')}</option>
        {clients.map(({ name }) => (
          <option key={name} value={name} translate="no">
            {name}
          </option>
        ))}
      </select>
    </div>
  )
}
