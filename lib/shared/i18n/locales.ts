/**
 * Languages of the interface, each by its own name. To add one, add a file next to `messages/en.json` and a line here
 * and in messages.ts.
 */
export const LOCALES = { en: 'English', de: 'Deutsch' } as const

/**
 * English with accents and brackets, a third longer: reveals untranslated and overflowing text. Set only by the
 * cookie.
 */
export const PSEUDO_LOCALE = 'en-XA'

export type Locale = keyof typeof LOCALES | typeof PSEUDO_LOCALE

/** Cookie that stores the visitor's choice. */
export const LOCALE_COOKIE = 'locale'

/**
 * The language of a page: the visitor's choice, else the browser's preferred supported language, else English.
 *
 * @param acceptLanguage `de-AT,de;q=0.9,en;q=0.5` (RFC 9110, 12.5.4)
 */
export function chooseLocale(choice: string | undefined, acceptLanguage: string | null): Locale {
  if (choice !== undefined && (isLocale(choice) || choice === PSEUDO_LOCALE)) return choice
  const preferences = (acceptLanguage ?? '').slice(0, 500).split(',').map(parsePreference)
  const [best] = preferences.filter(({ language, weight }) => weight > 0 && isLocale(language)).sort(byWeight)
  return best && isLocale(best.language) ? best.language : 'en'
}

function isLocale(language: string): language is keyof typeof LOCALES {
  return Object.hasOwn(LOCALES, language)
}

interface LanguagePreference {
  language: string
  weight: number
}

function parsePreference(text: string): LanguagePreference {
  const [range = '', ...parameters] = text.trim().toLowerCase().split(';')
  const quality = parameters.map((each) => /^\s*q=([\d.]+)\s*$/.exec(each)?.[1]).find((value) => value !== undefined)
  return { language: range.split('-')[0] ?? '', weight: quality === undefined ? 1 : Number(quality) || 0 }
}

function byWeight(a: LanguagePreference, b: LanguagePreference): number {
  return b.weight - a.weight
}
