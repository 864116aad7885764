'use client'

import { Settings2 } from 'lucide-react'
import { useState } from 'react'
import { useTranslations } from 'use-intl'
import { lazy } from '../ui/lazy'
import { HEADER_BUTTON } from './header-button'

const PreferencesPanel = lazy(
  () => import('./preferences-panel').then((module) => module.PreferencesPanel),
  () => <PlainButton />,
)

/** Theme and language behind one button. The panel's code is fetched when it's first opened. */
export function Preferences() {
  const [wanted, setWanted] = useState(false)
  return wanted ? <PreferencesPanel /> : <PlainButton onClick={() => setWanted(true)} />
}

function PlainButton({ onClick }: { onClick?: () => void }) {
  const t = useTranslations('site')
  return (
    <button
      type="button"
      aria-haspopup="dialog"
      aria-label={t('preferences')}
      onClick={onClick}
      onPointerDown={PreferencesPanel.preload}
      onFocus={PreferencesPanel.preload}
      className={HEADER_BUTTON}
    >
      <Settings2 aria-hidden className="size-4" />
    </button>
  )
}
