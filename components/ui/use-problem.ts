import { useTranslations } from 'use-intl'
import type { Failure } from '@/lib/client/api/failure'
import { useFormat } from './use-format'

/** A failure for visitors. */
export interface FailureText {
  title: string
  detail: string
}

/**
 * The title and detail of a failure in the visitor's language: the page's own words, what happened and what to do. The
 * server's message is for developers; `FailureDetails` shows it on request.
 */
export function useProblem(): (failure: Failure) => FailureText {
  const t = useTranslations('problems')
  const format = useFormat()
  return ({ code, title, detail, values = {} }) => {
    // A newer server's code.
    if (!t.has(`${code}.title` as 'offline.title')) return { title: title ?? code, detail: detail ?? '' }
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
