import { RotateCw, X } from 'lucide-react'
import { usePathname } from 'next/navigation'
import { useOffline } from 'next/offline'
import { useEffect, useRef, useState } from 'react'
import { useTranslations } from 'use-intl'
import { isServerAlive } from '@/lib/client/api/server-alive'
import { pages as keptPages } from '@/lib/shared/offline/pages.json'
import { underBase, withoutBase } from '@/lib/shared/web/base-path'
import { Button } from '../ui/button'
import { lazy } from '../ui/lazy'
import { pageLink } from './page-link'

const NewVersion = lazy(() => import('./new-version').then((module) => module.NewVersion))

/**
 * Asks whether the server responds before a link to another page is followed. If it doesn't, the browser would replace
 * this page by its own error: the link waits instead, and a notice says why. What else opens a page, such as the back
 * button, waits in the router, and the notice says that, too. Links must not prefetch: the router doesn't tell a failed
 * prefetch from a page that was asked for.
 */
export function ServerCheck() {
  const t = useTranslations('site')
  const path = usePathname()
  const [waiting, setWaiting] = useState<{ link: HTMLAnchorElement; path: string } | null>(null)
  const away = useOffline()
  // The address changes before a page that the back button asked for is there.
  const held = away && !waiting && (navigator.onLine || underBase(path) !== location.pathname)
  const follow = useRef<(link: HTMLAnchorElement) => void>(() => {})
  useEffect(() => {
    let latest: HTMLAnchorElement | null = null
    let passing = false
    const check = async (link: HTMLAnchorElement) => {
      latest = link
      const alive = await isServerAlive()
      if (latest !== link) return
      latest = null
      if (!alive && isKept(link)) return location.assign(link.href)
      setWaiting(alive ? null : { link, path: location.pathname })
      if (!alive || !link.isConnected) return
      passing = true
      link.click()
      passing = false
    }
    follow.current = (link) => void check(link)
    // Before React and the browser: neither sees the click until the server has responded.
    const onClick = (event: MouseEvent) => {
      const link = passing ? null : pageLink(event)
      if (!link) return
      event.preventDefault()
      event.stopImmediatePropagation()
      void check(link)
    }
    addEventListener('click', onClick, true)
    return () => removeEventListener('click', onClick, true)
  }, [])
  // biome-ignore lint/correctness/useExhaustiveDependencies: a notice belongs to the page where it appeared
  useEffect(() => setWaiting(null), [path])
  return (
    <div role="status" className="fixed inset-x-4 bottom-4 z-30 mx-auto max-w-[30rem] empty:hidden">
      {navigator.serviceWorker?.controller && <NewVersion />}
      {held && (
        <p className="text-pretty rounded-card border border-line-2 bg-card px-4 py-3 text-sm shadow-card">
          {t(navigator.onLine ? 'serverAwayHeld' : 'offlineHeld')}
        </p>
      )}
      {waiting && (
        <div className="flex items-center gap-2 rounded-card border border-line-2 bg-card py-2 pr-2 pl-4 text-sm shadow-card">
          <p className="mr-auto min-w-0 text-pretty">{t(navigator.onLine ? 'serverAway' : 'offline')}</p>
          <Button variant="quiet" className="shrink-0" onClick={() => follow.current(waiting.link)}>
            <RotateCw aria-hidden /> {t('retry')}
          </Button>
          <button
            type="button"
            onClick={() => setWaiting(null)}
            aria-label={t('dismiss')}
            className="grid size-9 shrink-0 place-items-center rounded-[7px] hover:bg-sunk"
          >
            <X aria-hidden className="size-4" />
          </button>
        </div>
      )}
    </div>
  )
}

/** Whether this browser keeps the page that a link leads to: it opens without the server. */
function isKept({ pathname }: HTMLAnchorElement): boolean {
  return Boolean(navigator.serviceWorker?.controller) && keptPages.includes(withoutBase(pathname))
}
