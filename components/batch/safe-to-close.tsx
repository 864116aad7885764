import { CircleCheck, CloudUpload, HardDriveDownload, type LucideIcon, ShieldCheck } from 'lucide-react'
import { useTranslations } from 'use-intl'
import type { BatchSnapshot } from '@/lib/client/batch/snapshot'
import { useFormat } from '../ui/use-format'

/** Whether it is safe to close the page, and what happens to the batch then. */
export function SafeToClose({ snapshot }: { snapshot: BatchSnapshot }) {
  const status = useStatus(snapshot)
  if (!status) return <p className="mt-2 min-h-5" />
  const { Icon, text } = status
  return (
    <p className="mt-2 flex min-h-5 items-start gap-2 text-pretty text-ink-2 text-sm">
      <Icon aria-hidden className="mt-0.5 size-4 shrink-0 text-accent" />
      {text}
    </p>
  )
}

function useStatus({
  phase,
  counts,
  job,
  resuming,
  uploadedElsewhere,
  openElsewhere,
  device,
}: BatchSnapshot): { Icon: LucideIcon; text: string } | null {
  const t = useTranslations('batch')
  const format = useFormat()
  const here = useDeviceStatus({ phase, device, uploadedElsewhere })
  if (phase === 'cancelled') return { Icon: CircleCheck, text: t('cancelled') }
  if (device !== null) return here
  if (phase === 'done') {
    const text = job?.expires_at ? t('kept', { time: format.dateTime(Date.parse(job.expires_at)) }) : t('done')
    return { Icon: CircleCheck, text }
  }
  if (phase !== 'running' && phase !== 'paused') return null
  // The server stopped retrying. A notice explains that and offers a retry.
  if (job?.reason === 'dead_letters') return null
  if (resuming) return { Icon: CloudUpload, text: t('resuming') }
  if (counts.toUpload > 0) return { Icon: CloudUpload, text: t('keepOpen', { count: counts.toUpload }) }
  if (openElsewhere) return { Icon: ShieldCheck, text: t('safeOtherBrowser') }
  if (counts.missing > 0) return { Icon: ShieldCheck, text: uploadedElsewhere ? t('safeElsewhere') : t('safeMissing') }
  return { Icon: ShieldCheck, text: phase === 'paused' ? t('safePaused') : t('safe') }
}

/** Of a batch that this device runs: whether its photos are kept, so that it goes on later. */
function useDeviceStatus({
  phase,
  device,
  uploadedElsewhere,
}: Pick<BatchSnapshot, 'phase' | 'device' | 'uploadedElsewhere'>): { Icon: LucideIcon; text: string } | null {
  const t = useTranslations('batch.device')
  const format = useFormat()
  if (device === null) return null
  const { keeping, loading, toKeep, bytes } = device
  if (phase === 'done') return { Icon: CircleCheck, text: t(keeping === 'off' ? 'doneUnkept' : 'done') }
  if (phase !== 'running' && phase !== 'paused') return null
  if (uploadedElsewhere) return { Icon: ShieldCheck, text: t('elsewhere') }
  if (loading) {
    const [received, total] = [format.bytes(loading.received), format.bytes(loading.total)]
    return { Icon: HardDriveDownload, text: t('loading', { received, total }) }
  }
  if (keeping === 'kept') return { Icon: ShieldCheck, text: t('safe') }
  if (keeping !== 'copying') return { Icon: HardDriveDownload, text: t('unsafe') }
  return { Icon: HardDriveDownload, text: t('keepOpen', { count: toKeep, size: format.bytes(bytes) }) }
}
