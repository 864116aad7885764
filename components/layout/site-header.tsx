import Link from 'next/link'
import { ThemeToggle } from './theme-toggle'

const ITEM = 'rounded-card px-1.5 py-2 sm:px-3 font-medium text-ink-2 text-sm hover:bg-sunk hover:text-ink'

/** The name, the ways to the models and to to the API's description, the theme. */
export function SiteHeader() {
  return (
    <header className="mx-auto flex h-[60px] max-w-[1120px] items-center gap-2 px-4 sm:gap-6 xl:px-0">
      <Link href="/" className="flex items-center gap-2.5 font-semibold text-base tracking-tight">
        <span aria-hidden className="size-[18px] rounded-full border-[5.5px] border-accent" />
        Vision
      </Link>
      <nav aria-label="Site" className="-mr-2 ml-auto flex items-center sm:mr-0 sm:gap-1">
        <Link href="/gallery" className={ITEM}>
          Gallery
        </Link>
        <Link href="/history" className={ITEM}>
          History
        </Link>
        <Link href="/models" className={ITEM}>
          Models
        </Link>
        <a href="/api/openapi.json" className={ITEM}>
          API
        </a>
        <ThemeToggle />
      </nav>
    </header>
  )
}
