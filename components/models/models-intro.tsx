'use client'

import { useTranslations } from 'use-intl'

/** What the page shows, and how reliable its figures are. */
export function ModelsIntro() {
  const t = useTranslations('models')
  return (
    <p className="mt-2 max-w-[68ch] text-ink-2">
      {t.rich('lead', { code: (text) => <code className="font-mono text-sm">{text}</code> })}
    </p>
  )
}
