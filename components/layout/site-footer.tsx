import Link from 'next/link'

interface SiteFooterProps {
  /** The texts, in the visitor's language; `docs` is null if there is no documentation of an API. */
  texts: Record<'source' | 'license' | 'privacy' | 'version', string> & { docs: string | null }
  /** The URL of the source code; null if it isn't known. */
  source: string | null
}

const LINK = 'inline-flex min-h-6 items-center underline-offset-4 hover:text-ink hover:underline'

/** The foot of every page: documentation, source, license, privacy, and the version. Rendered by the server alone. */
export function SiteFooter({ texts, source }: SiteFooterProps) {
  return (
    <footer className="mx-auto max-w-[70rem] border-line border-t px-4 py-6 text-ink-2 text-sm xl:px-0">
      <ul className="flex flex-wrap items-center gap-x-6 gap-y-2">
        {texts.docs !== null && (
          <li>
            <Link href="/api-docs" prefetch={false} className={LINK}>
              {texts.docs}
            </Link>
          </li>
        )}
        {source !== null && (
          <li>
            <a href={source} rel="noreferrer" className={LINK}>
              {texts.source}
            </a>
          </li>
        )}
        <li>
          <Link href="/about#license" prefetch={false} className={LINK}>
            {texts.license}
          </Link>
        </li>
        <li>
          <Link href="/about" prefetch={false} className={LINK}>
            {texts.privacy}
          </Link>
        </li>
        <li className="tabular-nums sm:ml-auto">{texts.version}</li>
      </ul>
    </footer>
  )
}
