import { Popover } from '@base-ui/react/popover'
import { Menu } from 'lucide-react'
import Link from 'next/link'
import { useState } from 'react'
import { useTranslations } from 'use-intl'
import { currentState, type Destination, PHOTO_PAGES, type SiteMenuProps } from './destinations'
import { HEADER_BUTTON } from './header-button'

const LINK =
  'flex min-h-11 items-center rounded-[7px] px-3 text-ink-2 hover:bg-sunk aria-[current]:text-ink aria-[current=page]:bg-sunk aria-[current=page]:font-medium'

/** The open menu and its button: every page, those about a photo below Classify. */
export function SiteMenuPanel({ pages, path }: SiteMenuProps) {
  const t = useTranslations('site')
  const [open, setOpen] = useState(true)
  const link = (page: Destination) => (
    <Link
      href={page.href}
      prefetch={false}
      aria-current={currentState(page, path)}
      onClick={() => setOpen(false)}
      className={LINK}
    >
      {t(page.name)}
    </Link>
  )
  const [classify, ...others] = pages
  return (
    <Popover.Root open={open} onOpenChange={setOpen}>
      <Popover.Trigger aria-label={t('menu')} className={HEADER_BUTTON}>
        <Menu aria-hidden className="size-5" />
      </Popover.Trigger>
      <Popover.Portal>
        <Popover.Positioner sideOffset={6} align="end" collisionPadding={12} className="z-20">
          <Popover.Popup
            aria-label={t('menu')}
            className="max-h-(--available-height) w-[min(calc(100vw-24px),320px)] overflow-y-auto rounded-card border border-line bg-card p-1.5 shadow-card outline-none"
          >
            <nav aria-label={t('navigation')}>
              <ul>
                {classify && (
                  <li>
                    {link(classify)}
                    <ul aria-label={t('photoPages')} className="ml-3 border-line border-l pl-1.5">
                      {PHOTO_PAGES.map((page) => (
                        <li key={page.href}>{link(page)}</li>
                      ))}
                    </ul>
                  </li>
                )}
                {others.map((page) => (
                  <li key={page.href}>{link(page)}</li>
                ))}
              </ul>
            </nav>
          </Popover.Popup>
        </Popover.Positioner>
      </Popover.Portal>
    </Popover.Root>
  )
}
