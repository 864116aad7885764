import { useEffect, useState } from 'react'
import { useTranslations } from 'use-intl'
import { acceptNewVersion, watchOffline } from '@/lib/client/offline/offline'
import { Button } from '../ui/button'
import { useOfflineState } from '../ui/use-offline-state'

/** Offers a new version of the app, where this browser keeps the old one. */
export function NewVersion() {
  const t = useTranslations('site')
  const { newVersion } = useOfflineState()
  const [closed, setClosed] = useState(false)
  useEffect(() => void watchOffline(), [])
  if (!newVersion || closed) return null
  return (
    <div className="flex flex-wrap items-center gap-2 rounded-card border border-line-2 bg-card py-2 pr-2 pl-4 text-sm shadow-card">
      <p className="mr-auto min-w-0 text-pretty">{t('newVersion')}</p>
      <Button onClick={acceptNewVersion}>{t('reload')}</Button>
      <Button variant="quiet" onClick={() => setClosed(true)}>
        {t('later')}
      </Button>
    </div>
  )
}
