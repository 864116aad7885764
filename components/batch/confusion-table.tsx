import { useTranslations } from 'use-intl'
import { type Evaluation, worstClasses } from '@/lib/shared/metrics/evaluation'
import { useFormat } from '../ui/use-format'

interface ConfusionTableProps {
  counts: Evaluation['confusions']
  name(index: number): string
  /** Opens the photos of a cell. */
  onCell(truth: number, predicted: number): void
}

/** More do not fit; the ones with the most mistakes are shown. */
const MOST = 16
/** The faintest cell that holds something, in percent of the colour. */
const FAINTEST = 18

/** Rows are what photos show, columns what was answered; a click on a cell shows its photos. */
export function ConfusionTable({ counts, name, onCell }: ConfusionTableProps) {
  const t = useTranslations('batch.judgement')
  const format = useFormat()
  const classes = worstClasses(counts, MOST)
  const cells = new Map(counts.map(([truth, predicted, photos]) => [`${truth} ${predicted}`, photos]))
  const rowTotal = (truth: number) => counts.reduce((sum, [of, , photos]) => sum + (of === truth ? photos : 0), 0)
  const all = new Set(counts.flatMap((count) => count.slice(0, 2))).size
  return (
    <div className="min-w-0 rounded-card border border-line bg-card p-5">
      <h3 id="confusion" className="font-semibold text-sm">
        {t('confusion')}
      </h3>
      <p className="mt-1 text-ink-3 text-xs">
        {all > classes.length ? t('confusionWorst', { count: classes.length }) : t('confusionHint')}
      </p>
      <section
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keys
        tabIndex={0}
        aria-labelledby="confusion"
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
            {classes.map((truth) => (
              <tr key={truth}>
                <th
                  scope="row"
                  lang="en"
                  title={name(truth)}
                  className="max-w-36 truncate pr-2 text-right font-normal text-ink-2"
                >
                  {name(truth)}
                </th>
                {classes.map((predicted) => {
                  const photos = cells.get(`${truth} ${predicted}`)
                  if (photos === undefined)
                    return <td key={predicted} className="size-8 min-w-8 rounded-[4px] bg-sunk" />
                  const share = FAINTEST + Math.round(((100 - FAINTEST) * photos) / rowTotal(truth))
                  const colour = truth === predicted ? 'var(--accent)' : 'var(--bad)'
                  return (
                    <td key={predicted} className="p-0">
                      <button
                        type="button"
                        onClick={() => onCell(truth, predicted)}
                        aria-label={t('cellLabel', { truth: name(truth), predicted: name(predicted), count: photos })}
                        className={`figures grid size-8 place-items-center rounded-[4px] ${share > 60 ? 'text-accent-ink' : 'text-ink'}`}
                        style={{ background: `color-mix(in oklab, ${colour} ${share}%, var(--card))` }}
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
