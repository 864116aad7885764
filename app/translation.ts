import { cookies, headers } from 'next/headers'
import { createTranslator } from 'use-intl/core'
import { chooseLocale, LOCALE_COOKIE } from '@/lib/shared/i18n/locales'
import { messagesOf } from '@/lib/shared/i18n/messages'

/**
 * The request's language, its messages, and a translator. For pages; components use `useTranslations`.
 */
export async function translation() {
  const locale = chooseLocale((await cookies()).get(LOCALE_COOKIE)?.value, (await headers()).get('accept-language'))
  const messages = messagesOf(locale)
  return { locale, messages, t: createTranslator({ locale, messages }) }
}
