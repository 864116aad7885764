import { X } from 'lucide-react'
import { useEffect, useState } from 'react'
import { useTranslations } from 'use-intl'
import type { Run } from '@/lib/client/history/history'
import { confidence } from '@/lib/shared/results/confidence'
import { useFormat } from '../ui/use-format'

/** An earlier result: label, confidence, time and model. */
export function RunRow({ run, onRemove }: { run: Run; onRemove(): void }) {
  const t = useTranslations('history')
  const remove = useTranslations('classify')
  const answer = useTranslations('answer')
  const words = useTranslations('confidence')
  const format = useFormat()
  const { file, time, result } = run
  const [best, ...others] = result.predictions
  const thumbnail = useObjectUrl(run.thumbnail)
  const level = best && confidence(best.score, result.uncertain, result.model.calibrated)
  return (
    <div className="flex items-center gap-4 py-3">
      {thumbnail ? (
        // biome-ignore lint/performance/noImgElement: object URL
        <img src={thumbnail} alt="" width={64} height={64} className="size-16 shrink-0 rounded-card object-cover" />
      ) : (
        <span className="size-16 shrink-0 rounded-card bg-sunk" />
      )}
      <div className="min-w-0 flex-1">
        <p className="flex flex-wrap items-baseline gap-x-3">
          <span lang={best ? 'en' : undefined} className="font-medium">
            {best?.label ?? answer('noLabel')}
          </span>
          {best && (
            <span className="text-ink-2 text-sm tabular-nums">
              {answer('percent', { value: format.percent(best.score) })}
            </span>
          )}
          {level === 'uncertain' && <span className="text-sm text-warn">{t('uncertain')}</span>}
          {level === 'unrecognized' && <span className="text-sm text-warn">{words('unrecognized')}</span>}
        </p>
        <p className="truncate text-ink-2 text-sm">
          {others.length > 0 &&
            t('then', {
              labels: others
                .slice(0, 3)
                .map(({ label }) => label)
                .join(', '),
            })}
        </p>
        <p className="truncate text-ink-3 text-xs">
          {file} · {format.dateTime(time)} · {result.model.id}
        </p>
      </div>
      <button
        type="button"
        onClick={onRemove}
        aria-label={remove('remove', { name: file })}
        className="grid size-10 shrink-0 place-items-center rounded-card text-ink-2 hover:bg-sunk hover:text-ink"
      >
        <X aria-hidden className="size-4" />
      </button>
    </div>
  )
}

/** An object URL for a blob while the component is mounted. */
function useObjectUrl(blob: Blob | null): string | null {
  const [url, setUrl] = useState<string | null>(null)
  useEffect(() => {
    if (blob === null) return
    const objectUrl = URL.createObjectURL(blob)
    setUrl(objectUrl)
    return () => URL.revokeObjectURL(objectUrl)
  }, [blob])
  return url
}
