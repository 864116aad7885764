import { useLocale, useTranslations } from 'use-intl'
import type { Failure } from '@/lib/client/api/failure'
import { useFormat } from './use-format'

/**
 * The title and detail of a failure in the visitor's language. In English, the server's more specific message is
 * preferred.
 */
export function useProblem(): (failure: Failure) => { title: string; detail: string } {
  const t = useTranslations('problems')
  const english = useLocale() === 'en'
  const format = useFormat()
  return ({ code, title, detail, values = {} }) => {
    const known = t.has(`${code}.title` as 'offline.title')
    if (!known || (english && title !== undefined && detail !== undefined)) {
      return { title: title ?? code, detail: detail ?? '' }
    }
    const formatted = Object.fromEntries(
      Object.entries(values).map(([name, value]) => [
        name,
        typeof value === 'number' && name !== 'status' ? format.bytes(value) : value,
      ]),
    )
    return {
      title: t(`${code}.title` as 'offline.title'),
      detail: t(`${code}.detail` as 'offline.detail', formatted),
    }
  }
}
