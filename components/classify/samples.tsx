'use client'

import Link from 'next/link'
import { useState } from 'react'
import { useTranslations } from 'use-intl'
import { SAMPLES, type Sample } from '@/lib/shared/gallery/samples'
import { underBase } from '@/lib/shared/web/base-path'

/** Sample photos. Each one is fetched and then handled like a photo of the visitor. */
export function Samples({ onSample }: { onSample(file: Blob, credit: string): void }) {
  const t = useTranslations('classify')
  const site = useTranslations('site')
  const [failed, setFailed] = useState(false)
  async function addSample({ file, credit }: Sample): Promise<void> {
    try {
      const response = await fetch(underBase(`/gallery/${file}`))
      if (!response.ok) throw new Error(String(response.status))
      setFailed(false)
      onSample(new File([await response.blob()], file), credit)
    } catch {
      setFailed(true)
    }
  }
  return (
    <div className="mt-7">
      <div className="flex flex-wrap items-center justify-center gap-x-4 gap-y-3">
        <p className="text-ink-2 text-sm">{t('samplesHint')}</p>
        <ul className="flex gap-2.5">
          {SAMPLES.map((sample) => (
            <li key={sample.file}>
              <button
                type="button"
                onClick={() => addSample(sample)}
                title={t('photoCredit', { credit: sample.credit })}
                className="block rounded-card"
              >
                {/* biome-ignore lint/performance/noImgElement: small local files that are already the right size */}
                <img
                  src={underBase(`/gallery/thumbs/${sample.file.replace(/\.\w+$/, '')}-112.webp`)}
                  alt={t('sampleAction', { what: t(`samples.${sample.name}`) })}
                  width={56}
                  height={56}
                  // Without it, React preloads them ahead of the stylesheet.
                  fetchPriority="low"
                  className="size-14 rounded-card object-cover transition-transform duration-150 hover:scale-105"
                />
              </button>
            </li>
          ))}
        </ul>
        <Link
          href="/gallery"
          prefetch={false}
          className="rounded-card font-medium text-ink-2 text-sm underline decoration-line-2 underline-offset-4 hover:text-ink"
        >
          {site('moreSamples')}
        </Link>
      </div>
      {failed && (
        <p role="alert" className="mt-3 text-bad text-sm">
          {t('sampleFailed')}
        </p>
      )}
    </div>
  )
}
