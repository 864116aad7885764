import type { Ref } from 'react'
import { useTranslations } from 'use-intl'
import type { Area } from '@/lib/shared/crop/crop'
import { coversPhoto } from '@/lib/shared/crop/crop-frame'
import { PhotoPlane, placeOver } from './photo-plane'

interface InputFrameProps {
  /** The part of the photo that the model received. */
  area: Area
  image: { width: number; height: number }
  /** Whether the visitor chose it. */
  chosen: boolean
  /** Set to the button that starts to move the frame. */
  button?: Ref<HTMLButtonElement>
  onMove?(): void
}

const CAPTION =
  'absolute top-3 left-3 flex min-h-6 pointer-coarse:min-h-9 max-w-[calc(100%-4.75rem)] items-center gap-1.5 rounded-[6px] bg-black/75 px-2 py-1 text-left text-white text-xs'
const OUTLINE =
  'border-[1.5px] border-white/95 shadow-[0_0_0_1px_rgb(0_0_0/45%),0_0_0_9999px_rgb(8_14_16/24%),inset_0_0_0_1px_rgb(0_0_0/45%)]'

/** Frames what the model saw of a photo, with a caption in the corner, from which the frame can be moved. */
export function InputFrame({ area, image, chosen, button, onMove }: InputFrameProps) {
  const t = useTranslations('crop')
  const whole = coversPhoto(area, image)
  const caption = t(chosen ? 'chosen' : whole ? 'sawWhole' : 'saw')
  const sign = <span aria-hidden className="size-3 shrink-0 border-[1.5px] border-white @max-[17rem]:hidden" />
  return (
    <>
      {!whole && (
        <PhotoPlane image={image} className="overflow-hidden">
          <div data-testid="input-frame" className={`absolute ${OUTLINE}`} style={placeOver(area, image)} />
        </PhotoPlane>
      )}
      {onMove ? (
        <button ref={button} type="button" onClick={onMove} className={`${CAPTION} hover:bg-black @max-[17rem]:px-1`}>
          {sign}
          <span>
            {/* With a large font on a small screen, it would cover the photo. */}
            <span className="@max-[17rem]:sr-only">{caption} · </span>
            <span className="font-semibold">{t('move')}</span>
          </span>
        </button>
      ) : (
        <p className={CAPTION}>
          {sign} {caption}
        </p>
      )}
    </>
  )
}
