'use client'

import { useEffect, useState } from 'react'
import { useTranslations } from 'use-intl'
import { smallPicture } from '@/lib/client/photos/small-picture'
import type { Classification } from '@/lib/shared/contract/contract'
import { toFragment } from '@/lib/shared/results/share-link'
import { underBase } from '@/lib/shared/web/base-path'
import { ActionItem } from '../ui/action-menu'
import { useFormat } from '../ui/use-format'

interface LinkItemsProps {
  file: string
  result: Classification
  /** The photo, or a thumbnail of it, for a link with a picture; null if this browser doesn't have it anymore. */
  photo: Blob | null
  onCopy(name: string, text: string): void
}

/** Menu items that copy a link to a result, with or without a small picture. Each says what the link contains. */
export function LinkItems({ file, result, photo, onCopy }: LinkItemsProps) {
  const t = useTranslations('share')
  const format = useFormat()
  // Made when the menu opens: it says how large the picture is, and browsers only copy right after a click.
  const picture = useSmallPicture(photo)
  const link = (withPicture: Uint8Array | null) =>
    `${location.origin}${underBase('/result')}#${toFragment(file, result, withPicture)}`
  return (
    <>
      <ActionItem hint={t('linkHint')} onClick={() => onCopy(t('linkName'), link(null))}>
        {t('link')}
      </ActionItem>
      {picture !== null && (
        <ActionItem
          disabled={picture === 'making'}
          hint={picture === 'making' ? t('pictureMaking') : t('pictureHint', { size: format.bytes(picture.length) })}
          onClick={() => picture !== 'making' && onCopy(t('pictureName'), link(picture))}
        >
          {t('linkWithPicture')}
        </ActionItem>
      )}
    </>
  )
}

/** Null if there is none. */
function useSmallPicture(photo: Blob | null): Uint8Array | 'making' | null {
  const [made, setMade] = useState<{ of: Blob; picture: Uint8Array | null } | null>(null)
  useEffect(() => {
    let mounted = true
    if (photo) void smallPicture(photo).then((picture) => mounted && setMade({ of: photo, picture }))
    return () => {
      mounted = false
    }
  }, [photo])
  if (photo === null) return null
  return made?.of === photo ? made.picture : 'making'
}
