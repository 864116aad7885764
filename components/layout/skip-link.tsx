'use client'

import type { MouseEvent } from 'react'
import { useTranslations } from 'use-intl'

/** The first stop of the Tab key: skips the header. It leaves the URL unchanged, since the URL holds what the page shows. */
export function SkipLink() {
  const t = useTranslations('site')
  function skip(event: MouseEvent): void {
    event.preventDefault()
    document.getElementById('content')?.focus()
  }
  return (
    // biome-ignore lint/a11y/useValidAnchor: a link within the page; the script only keeps the URL unchanged
    <a
      href="#content"
      onClick={skip}
      className="sr-only rounded-card bg-accent font-semibold text-accent-ink text-sm focus:not-sr-only focus:absolute focus:top-3 focus:left-3 focus:z-30 focus:px-4 focus:py-2.5"
    >
      {t('skip')}
    </a>
  )
}
