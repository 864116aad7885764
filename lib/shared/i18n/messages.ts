import de from '../messages/de.json'
import en from '../messages/en.json'
import { type Locale, PSEUDO_LOCALE } from './locales'
import { pseudoMessages } from './pseudo'

/**
 * English is the source language: its keys are the reference, and `npm run check` compares the other languages with
 * them.
 */
export type AppMessages = typeof en

declare module 'use-intl' {
  interface AppConfig {
    Messages: AppMessages
  }
}

const MESSAGES: Record<Exclude<Locale, typeof PSEUDO_LOCALE>, AppMessages> = { en, de }

/** All interface messages in a language. */
export function messagesOf(locale: Locale): AppMessages {
  return locale === PSEUDO_LOCALE ? (pseudoMessages(en) as AppMessages) : MESSAGES[locale]
}
