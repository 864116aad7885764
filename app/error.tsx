'use client'

import { useTranslations } from 'use-intl'
import { Button } from '@/components/ui/button'

/** Shown when a page fails on the server or in the browser: what happened, and how to proceed. */
export default function ErrorPage({ error, reset }: { error: Error & { digest?: string }; reset(): void }) {
  const t = useTranslations('page')
  return (
    <main id="content" tabIndex={-1} className="mx-auto max-w-[70rem] px-4 py-24 text-center outline-none">
      <h1 className="font-semibold text-xl tracking-tight">{t('failed')}</h1>
      <p className="mx-auto mt-3 max-w-[50ch] text-ink-2">{t('failedHint')}</p>
      {error.digest && <p className="mt-2 font-mono text-ink-3 text-xs">{error.digest}</p>}
      <Button variant="primary" onClick={reset} className="mt-6">
        {t('retry')}
      </Button>
    </main>
  )
}
