import { Crop } from 'lucide-react'
import { useTranslations } from 'use-intl'
import type { Area } from '@/lib/shared/crop/crop'

/** Says that the result is for a part of the photo that the visitor chose, and offers the model's own crop again. */
export function CropNote({ crop, onReset }: { crop: Area; onReset: (() => void) | null }) {
  const t = useTranslations('crop')
  const { left, top, width, height } = crop
  const pixels = { left: String(left), top: String(top), width: String(width), height: String(height) }
  return (
    <p className="mb-2 flex flex-wrap items-baseline gap-x-3 gap-y-1 text-ink-2 text-sm">
      <span>
        <Crop aria-hidden className="mr-1.5 inline size-4 align-[-0.15em]" />
        {t('used', pixels)}
      </span>
      {onReset && (
        <button
          type="button"
          onClick={onReset}
          className="font-semibold text-accent underline-offset-4 hover:underline"
        >
          {t('reset')}
        </button>
      )}
    </p>
  )
}
