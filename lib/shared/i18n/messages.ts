import de from '../messages/de.json'
import en from '../messages/en.json'
import { type Locale, PSEUDO_LOCALE } from './locales'
import { pseudoMessages } from './pseudo'

/** English is the source: its keys are the keys, and `npm run check` holds the others to them. */
export type AppMessages = typeof en

declare module 'use-intl' {
  interface AppConfig {
    Messages: AppMessages
  }
}

const MESSAGES: Record<Exclude<Locale, typeof PSEUDO_LOCALE>, AppMessages> = { en, de }

/** Every text of the pages in a language. */
export function messagesOf(locale: Locale): AppMessages {
  return locale === PSEUDO_LOCALE ? (pseudoMessages(en) as AppMessages) : MESSAGES[locale]
}
