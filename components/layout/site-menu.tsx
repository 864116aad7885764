'use client'

import { Menu } from 'lucide-react'
import { useState } from 'react'
import { useTranslations } from 'use-intl'
import { lazy } from '../ui/lazy'
import type { SiteMenuProps } from './destinations'
import { HEADER_BUTTON } from './header-button'

const SiteMenuPanel = lazy(
  () => import('./site-menu-panel').then((module) => module.SiteMenuPanel),
  () => <PlainButton />,
)

/** The phone's menu. Its code is fetched when a finger or the focus reaches the button. */
export function SiteMenu(props: SiteMenuProps) {
  const [wanted, setWanted] = useState(false)
  return wanted ? <SiteMenuPanel {...props} /> : <PlainButton onClick={() => setWanted(true)} />
}

function PlainButton({ onClick }: { onClick?: () => void }) {
  const t = useTranslations('site')
  return (
    <button
      type="button"
      aria-haspopup="dialog"
      aria-expanded={false}
      aria-label={t('menu')}
      onClick={onClick}
      onPointerDown={SiteMenuPanel.preload}
      onFocus={SiteMenuPanel.preload}
      className={HEADER_BUTTON}
    >
      <Menu aria-hidden className="size-5" />
    </button>
  )
}
