import { useMemo } from 'react'
import { useLocale } from 'use-intl'
import { bytes, duration, elapsed, milliseconds, percent } from '@/lib/shared/i18n/format'

/** Number and date formats of the visitor's language. */
export function useFormat() {
  const locale = useLocale()
  return useMemo(
    () => ({
      bytes: (count: number) => bytes(count, locale),
      percent: (score: number) => percent(score, locale),
      milliseconds: (value: number) => milliseconds(value, locale),
      dateTime: (time: number) => new Date(time).toLocaleString(locale),
      day: (time: number) => new Date(time).toLocaleString(locale, { dateStyle: 'medium', timeStyle: 'short' }),
      integer: (value: number) => value.toLocaleString(locale),
      /** With one decimal below ten. */
      rate: (value: number) => (value < 10 ? Math.round(10 * value) / 10 : Math.round(value)).toLocaleString(locale),
      list: (items: readonly string[]) => new Intl.ListFormat(locale).format(items),
      elapsed: (seconds: number) => elapsed(seconds, locale),
      duration: (seconds: number) => duration(seconds, locale),
    }),
    [locale],
  )
}
