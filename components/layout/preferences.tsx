'use client'

import { Settings2 } from 'lucide-react'
import { useState } from 'react'
import { useTranslations } from 'use-intl'
import { lazy } from '../ui/lazy'
import { PREFERENCES_BUTTON } from './preferences-button'

const PreferencesPanel = lazy(
  () => import('./preferences-panel').then((module) => module.PreferencesPanel),
  () => <PlainButton />,
)

/** Theme and language behind one button. What opens comes when it is asked for. */
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
      className={PREFERENCES_BUTTON}
    >
      <Settings2 aria-hidden className="size-4" />
    </button>
  )
}
