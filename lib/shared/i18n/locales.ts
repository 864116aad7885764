/** Languages of the pages, each by its own name. A new one needs a file beside `messages/en.json` and a line here and in messages.ts. */
export const LOCALES = { en: 'English', de: 'Deutsch' } as const

/** English with accents and brackets, longer by a third: shows what is not translated and what does not fit. By cookie only. */
export const PSEUDO_LOCALE = 'en-XA'

export type Locale = keyof typeof LOCALES | typeof PSEUDO_LOCALE

/** Where a visitor's choice is kept. */
export const LOCALE_COOKIE = 'locale'

/**
 * The language of a page: the visitor's choice, else the best of the browser's wishes, else English.
 *
 * @param acceptLanguage `de-AT,de;q=0.9,en;q=0.5` (RFC 9110, 12.5.4)
 */
export function chooseLocale(choice: string | undefined, acceptLanguage: string | null): Locale {
  if (choice !== undefined && (isLocale(choice) || choice === PSEUDO_LOCALE)) return choice
  const wishes = (acceptLanguage ?? '').slice(0, 500).split(',').map(wish)
  const [best] = wishes.filter(({ language, weight }) => weight > 0 && isLocale(language)).sort(heavierFirst)
  return best && isLocale(best.language) ? best.language : 'en'
}

function isLocale(language: string): language is keyof typeof LOCALES {
  return Object.hasOwn(LOCALES, language)
}

interface Wish {
  language: string
  weight: number
}

function wish(text: string): Wish {
  const [range = '', ...parameters] = text.trim().toLowerCase().split(';')
  const quality = parameters.map((one) => /^\s*q=([\d.]+)\s*$/.exec(one)?.[1]).find((one) => one !== undefined)
  return { language: range.split('-')[0] ?? '', weight: quality === undefined ? 1 : Number(quality) || 0 }
}

function heavierFirst(a: Wish, b: Wish): number {
  return b.weight - a.weight
}
