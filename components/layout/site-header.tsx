import Link from 'next/link'
import { ThemeToggle } from './theme-toggle'

const ITEM = 'rounded-card px-3 py-2 font-medium text-ink-2 text-sm hover:bg-sunk hover:text-ink'

/** The name, the ways to the models and to to the API's description, the theme. */
export function SiteHeader() {
  return (
    <header className="mx-auto flex h-[60px] max-w-[1120px] items-center gap-6 px-4 xl:px-0">
      <Link href="/" className="flex items-center gap-2.5 font-semibold text-base tracking-tight">
        <span aria-hidden className="size-[18px] rounded-full border-[5.5px] border-accent" />
        Vision
      </Link>
      <nav aria-label="Site" className="ml-auto flex items-center gap-1">
        <Link href="/gallery" className={ITEM}>
          Gallery
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
