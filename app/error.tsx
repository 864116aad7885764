'use client'

import { Button } from '@/components/ui/button'

/** A page that failed on the server or in the browser. What the visitor sees is that, and what to do. */
export default function ErrorPage({ error, reset }: { error: Error & { digest?: string }; reset(): void }) {
  return (
    <main className="mx-auto max-w-[1120px] px-4 py-24 text-center">
      <h1 className="font-semibold text-xl tracking-tight">This page failed</h1>
      <p className="mx-auto mt-3 max-w-[50ch] text-ink-2">
        It is not your photo: something went wrong here. Trying again may help; what you had added is gone.
      </p>
      {error.digest && <p className="mt-2 font-mono text-ink-3 text-xs">{error.digest}</p>}
      <Button variant="primary" onClick={reset} className="mt-6">
        Try again
      </Button>
    </main>
  )
}
