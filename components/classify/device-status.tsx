import { Trash2 } from 'lucide-react'
import { useEffect, useState } from 'react'
import { useTranslations } from 'use-intl'
import { saveHere } from '@/lib/client/choices'
import { forgetOffline, keepOffline } from '@/lib/client/offline/offline'
import { type StorageUse, storageUse } from '@/lib/client/offline/storage'
import { ConfirmButton } from '../ui/confirm-button'
import { useFormat } from '../ui/use-format'
import { useOfflineState } from '../ui/use-offline-state'

/** What this browser keeps so that photos can be classified without a connection, and how to remove it. */
export function DeviceStatus() {
  const t = useTranslations('place')
  const format = useFormat()
  const { kept } = useOfflineState()
  const [use, setUse] = useState<StorageUse | null>(null)
  useEffect(() => void keepOffline(), [])
  // biome-ignore lint/correctness/useExhaustiveDependencies: what is kept changes how much is used
  useEffect(() => void storageUse().then(setUse), [kept])
  async function remove(): Promise<void> {
    await forgetOffline()
    saveHere(false)
  }
  return (
    <div className="flex flex-wrap items-center gap-x-2 text-ink-2 text-sm">
      <p role="status" className="max-w-[40em] text-pretty">
        {kept !== 'no' && t(`kept.${kept}`)}{' '}
        {use && t('storage', { used: format.bytes(use.used), available: format.bytes(use.available) })}
      </p>
      <ConfirmButton yes={t('removeYes')} no={t('removeNo')} onConfirm={() => void remove()} className="px-2!">
        <Trash2 aria-hidden /> {t('remove')}
      </ConfirmButton>
    </div>
  )
}
