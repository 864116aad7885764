import localFont from 'next/font/local'

/**
 * The sans for everything but figures. Its Latin file is preloaded and used only if it arrives before the first paint
 * (`optional`): a font that came later would move the text. The fallback, Arial in the same proportions, then stays for
 * this visit, and the font is in the cache for the next one.
 */
const instrumentSans = localFont({
  src: '../node_modules/@fontsource-variable/instrument-sans/files/instrument-sans-latin-wght-normal.woff2',
  weight: '400 700',
  display: 'optional',
  variable: '--font-sans-latin',
  adjustFontFallback: 'Arial',
})

/** Letters beyond Latin-1, such as those of Polish or Turkish names. Fetched only by pages that contain one. */
const instrumentSansExtended = localFont({
  src: '../node_modules/@fontsource-variable/instrument-sans/files/instrument-sans-latin-ext-wght-normal.woff2',
  weight: '400 700',
  display: 'swap',
  preload: false,
  variable: '--font-sans-extended',
  adjustFontFallback: false,
  declarations: [
    {
      prop: 'unicode-range',
      // One literal: the build reads this object without running it.
      value:
        'U+0100-0130,U+0132-0151,U+0154-02BA,U+02BD-02C5,U+02C7-02CC,U+02CE-02D7,U+02DD-02FF,U+1D00-1DBF,U+1E00-1E9F,U+1EF2-1EFF,U+20A0-20AB,U+20AD-20C0,U+2113,U+2C60-2C7F,U+A720-A7FF',
    },
  ],
})

/** For figures and code. System monospace fonts are as wide, 0.6 em, so nothing moves when it arrives. */
const geistMono = localFont({
  src: '../node_modules/@fontsource-variable/geist-mono/files/geist-mono-latin-wght-normal.woff2',
  weight: '100 900',
  display: 'swap',
  preload: false,
  variable: '--font-mono-latin',
  adjustFontFallback: false,
})

/** Class names that declare the fonts' CSS variables, for the root element. */
export const fontVariables = [instrumentSans, instrumentSansExtended, geistMono]
  .map(({ variable }) => variable)
  .join(' ')
