'use client'

import { Check, RotateCcw } from 'lucide-react'
import { useTranslations } from 'use-intl'
import { frameShare, resizeFrame } from '@/lib/shared/crop/crop-frame'
import { Button } from '../../ui/button'
import { Slider } from '../../ui/slider'
import type { CropState } from './use-crop'

/** The controls below the photo while its crop is moved. */
export function CropBar({ crop, onDone }: { crop: CropState; onDone(): void }) {
  const t = useTranslations('crop')
  const answer = useTranslations('answer')
  const { frame, image } = crop
  return (
    <div className="mt-3 mb-1">
      <p className="text-ink-2 text-sm">{t('hint')}</p>
      <div className="mt-1 flex flex-wrap items-center gap-x-4 gap-y-2">
        <div className="min-w-60 max-w-[26.25rem] flex-1">
          <Slider
            label={t('size')}
            value={frameShare(frame, image)}
            min={0.1}
            max={1}
            step={0.01}
            onChange={(share) => crop.draw(resizeFrame(frame, share, image))}
            onCommit={(share) => crop.classify(resizeFrame(frame, share, image))}
            format={(share) => answer('percent', { value: Math.round(100 * share) })}
          />
        </div>
        <div className="flex gap-2">
          <Button onClick={crop.reset} disabled={!crop.chosen}>
            <RotateCcw aria-hidden /> {t('reset')}
          </Button>
          <Button variant="primary" onClick={onDone}>
            <Check aria-hidden /> {t('done')}
          </Button>
        </div>
      </div>
    </div>
  )
}
