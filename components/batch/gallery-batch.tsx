import { Sparkle } from 'lucide-react'
import { useState } from 'react'
import { useTranslations } from 'use-intl'
import { reloadAfter } from '@/lib/client/offline/before-reload'
import { GALLERY_PHOTOS } from '@/lib/shared/gallery/samples'
import { Button } from '../ui/button'

/** Starts a batch with the gallery's photos and their labels, by one click. */
export function GalleryBatch({ onPhotos }: { onPhotos(files: readonly File[], title: string): void }) {
  const t = useTranslations('batch')
  const [state, setState] = useState<'idle' | 'loading' | 'failed'>('idle')
  async function start(): Promise<void> {
    setState('loading')
    try {
      const { fetchGalleryBatch } = await import('@/lib/client/batch/gallery-batch')
      onPhotos(await fetchGalleryBatch(), t('sampleTitle'))
      setState('idle')
    } catch {
      setState('failed')
    }
  }
  return (
    <div className="mt-5 flex flex-wrap items-center justify-center gap-x-2 gap-y-1 border-line border-t pt-4 text-sm">
      <span className="text-ink-2">{t('try')}</span>
      <Button variant="quiet" disabled={state === 'loading'} onClick={() => reloadAfter(start())}>
        <Sparkle aria-hidden />
        {state === 'loading' ? t('tryLoading') : t('tryGallery', { count: GALLERY_PHOTOS })}
      </Button>
      <p role="alert" className="w-full text-bad empty:hidden">
        {state === 'failed' && t('tryFailed')}
      </p>
    </div>
  )
}
