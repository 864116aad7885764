'use client'

import { Popover } from '@base-ui/react/popover'
import { Settings2 } from 'lucide-react'
import { useRouter } from 'next/navigation'
import { useState } from 'react'
import { useLocale, useTranslations } from 'use-intl'
import { runsOnlyHere } from '@/lib/client/device/only-here'
import { LOCALE_COOKIE, LOCALES } from '@/lib/shared/i18n/locales'
import { underBase } from '@/lib/shared/web/base-path'
import { Segmented } from '../ui/segmented'
import { HEADER_BUTTON } from './header-button'
import { applyTheme, storedTheme, type Theme } from './theme'

const YEAR_SECONDS = 31_536_000

/** The open panel and its button. */
export function PreferencesPanel() {
  const t = useTranslations('site')
  const [language, setLanguage] = useState<string>(useLocale())
  const router = useRouter()
  const [theme, setTheme] = useState<Theme>(storedTheme)
  function chooseTheme(next: Theme): void {
    applyTheme(next)
    setTheme(next)
  }
  function chooseLanguage(next: string): void {
    setLanguage(next)
    // biome-ignore lint/suspicious/noDocumentCookie: the Cookie Store API is not in every browser
    document.cookie = `${LOCALE_COOKIE}=${next}; path=${underBase('/')}; max-age=${YEAR_SECONDS}; samesite=lax`
    // This visit's photos stay: only what the server rendered is fetched again. A host of files has nothing to fetch, so
    // the page is opened in the other language.
    if (runsOnlyHere()) location.reload()
    else router.refresh()
  }
  return (
    <Popover.Root defaultOpen>
      <Popover.Trigger aria-label={t('preferences')} className={HEADER_BUTTON}>
        <Settings2 aria-hidden className="size-4" />
      </Popover.Trigger>
      <Popover.Portal>
        <Popover.Positioner sideOffset={6} align="end" collisionPadding={12} className="z-20">
          <Popover.Popup
            aria-label={t('preferences')}
            className="grid max-w-[calc(100vw-24px)] gap-3 rounded-card border border-line bg-card p-4 shadow-card outline-none"
          >
            <Segmented<Theme>
              label={t('theme')}
              value={theme}
              onChange={chooseTheme}
              options={[
                { value: 'system', label: t('system') },
                { value: 'light', label: t('light') },
                { value: 'dark', label: t('dark') },
              ]}
            />
            <Segmented
              label={t('language')}
              value={language}
              onChange={chooseLanguage}
              options={Object.entries(LOCALES).map(([value, label]) => ({ value, label, lang: value }))}
            />
          </Popover.Popup>
        </Popover.Positioner>
      </Popover.Portal>
    </Popover.Root>
  )
}
