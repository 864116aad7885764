import { useTranslations } from 'use-intl'
import { fullName } from '@/lib/client/batch/own-word'
import type { Evaluation } from '@/lib/shared/metrics/evaluation'
import { matrixClasses, mixUps } from '@/lib/shared/metrics/mix-ups'
import { useFormat } from '../ui/use-format'

interface ConfusionTableProps {
  counts: Evaluation['confusions']
  name(index: number): string
  /** The visitor's own word for a true label, by default the model's. */
  truthName(index: number): string
  /** Shows a cell's photos. */
  onCell(truth: number, predicted: number): void
}

/** More classes do not fit; those with the most frequent mistakes are shown. */
const MAX_CLASSES = 24
/** Color intensity of the faintest non-empty cell, in percent. */
const MIN_INTENSITY = 18

/**
 * The confusion matrix: true classes as rows, predicted classes as columns. Classes that are mixed up lie together.
 * Clicking a cell shows its photos.
 */
export function ConfusionTable({ counts, name, truthName, onCell }: ConfusionTableProps) {
  const t = useTranslations('batch.judgement')
  const format = useFormat()
  const classes = matrixClasses(counts, MAX_CLASSES)
  const inMatrix = new Set(classes)
  const total = (some: readonly Evaluation['confusions'][number][]) =>
    some.reduce((sum, [, , photos]) => sum + photos, 0)
  const mistakes = mixUps(counts)
  const shown = mistakes.filter(([truth, predicted]) => inMatrix.has(truth) && inMatrix.has(predicted))
  const cells = new Map(counts.map(([truth, predicted, photos]) => [`${truth} ${predicted}`, photos]))
  const rowTotal = (truth: number) =>
    counts.reduce((sum, [rowTruth, , photos]) => sum + (rowTruth === truth ? photos : 0), 0)
  const all = new Set(counts.flatMap((count) => count.slice(0, 2))).size
  return (
    <div className="min-w-0 rounded-card border border-line bg-card p-5">
      <p className="text-pretty text-ink-3 text-xs">
        {all > classes.length
          ? t('confusionSome', {
              count: classes.length,
              shown: format.integer(total(shown)),
              all: format.integer(total(mistakes)),
            })
          : t('confusionAll')}
      </p>
      <section
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrollable area must be reachable by keyboard
        tabIndex={0}
        aria-label={t('confusion')}
        className="mt-3 overflow-x-auto pb-1"
      >
        <table className="border-separate border-spacing-[2px] text-xs">
          <thead>
            <tr>
              <th scope="col" className="sr-only">
                {t('shown')}
              </th>
              {classes.map((index) => (
                <th key={index} scope="col" lang="en" className="h-28 align-bottom font-normal text-ink-2">
                  <span
                    className="mx-auto block max-h-28 truncate [text-orientation:mixed] [writing-mode:sideways-lr]"
                    title={name(index)}
                  >
                    {name(index)}
                  </span>
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {classes.filter(rowTotal).map((truth) => (
              <tr key={truth}>
                <th
                  scope="row"
                  lang="en"
                  title={fullName(truthName(truth), name(truth))}
                  className="max-w-36 truncate pr-2 text-right font-normal text-ink-2"
                >
                  {truthName(truth)}
                </th>
                {classes.map((predicted) => {
                  const photos = cells.get(`${truth} ${predicted}`)
                  if (photos === undefined)
                    return <td key={predicted} className="size-8 min-w-8 rounded-[4px] bg-sunk" />
                  const intensity = MIN_INTENSITY + Math.round(((100 - MIN_INTENSITY) * photos) / rowTotal(truth))
                  const color = truth === predicted ? 'var(--accent)' : 'var(--bad)'
                  return (
                    <td key={predicted} className="p-0">
                      <button
                        type="button"
                        onClick={() => onCell(truth, predicted)}
                        aria-label={t('mistake', {
                          truth: truthName(truth),
                          predicted: name(predicted),
                          count: photos,
                        })}
                        className={`figures grid size-8 place-items-center rounded-[4px] ${intensity > 60 ? 'text-accent-ink' : 'text-ink'}`}
                        style={{ background: `color-mix(in oklab, ${color} ${intensity}%, var(--card))` }}
                      >
                        {format.integer(photos)}
                      </button>
                    </td>
                  )
                })}
              </tr>
            ))}
          </tbody>
        </table>
      </section>
    </div>
  )
}
