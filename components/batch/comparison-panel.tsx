import { type ReactNode, useId } from 'react'
import { useTranslations } from 'use-intl'
import type { Side } from '@/lib/client/batch/comparison'
import type { BatchSnapshot } from '@/lib/client/batch/snapshot'
import type { StatusFilter, TableView } from '@/lib/client/batch/table-view'
import { FactsLine } from '../ui/facts-line'
import { useFormat } from '../ui/use-format'
import type { ComparedBatch } from './use-comparison'
import type { Partner } from './use-partners'

interface ComparisonPanelProps {
  snapshot: BatchSnapshot
  compared: ComparedBatch
  /** The batches to choose from. */
  partners: readonly Partner[]
  onPartner(id: string): void
  modelName(id: string): string
  /** Shows a selection of photos in the table. */
  onShow(view: Partial<TableView>): void
}

/** Two models side by side on the same photos: what changed, and the figures of both. */
export function ComparisonPanel({ snapshot, compared, modelName, ...props }: ComparisonPanelProps) {
  const t = useTranslations('batch.comparison')
  const id = useId()
  const { partners, onPartner, onShow } = props
  const { partner, comparison } = compared
  const { labeled, here, there } = comparison
  const format = useFormat()
  const photos = snapshot.counts.total
  return (
    <section
      aria-labelledby={id}
      className="mt-6 grid gap-x-10 gap-y-4 rounded-card border border-line bg-card p-5 md:grid-cols-[minmax(0,1fr)_auto]"
    >
      <div className="min-w-0">
        <div className="flex min-h-6 flex-wrap items-center gap-x-3 gap-y-1">
          <h2 id={id} className="font-semibold text-sm">
            {partners.length > 1 ? t('title') : t('titleModel', { model: modelName(partner.model) })}
          </h2>
          {partners.length > 1 && (
            <select
              aria-label={t('model')}
              value={partner.id}
              onChange={({ target }) => onPartner(target.value)}
              className="h-9 rounded-card border border-line-2 bg-card px-2 text-sm"
            >
              {partners.map(({ id, model }) => (
                <option key={id} value={id}>
                  {modelName(model)}
                </option>
              ))}
            </select>
          )}
        </div>
        <Changes
          compared={compared}
          here={snapshot.model === null ? '' : modelName(snapshot.model)}
          there={modelName(partner.model)}
          onShow={onShow}
        />
        {comparison.differences.size < photos && (
          <p className="mt-2 max-w-[60ch] text-pretty text-ink-3 text-xs">
            {t('onlyBoth', { answered: format.integer(comparison.differences.size), count: photos })}
          </p>
        )}
      </div>
      <table className="w-full self-start text-sm tabular-nums md:w-auto">
        <caption className="sr-only">{t('figures')}</caption>
        <thead>
          <tr className="text-ink-3 text-xs">
            <th scope="col" className="py-1 pr-2 text-left font-normal">
              {t('model')}
            </th>
            {labeled > 0 && <Column name={t('rightOf', { count: format.integer(labeled) })} />}
            <Column name={t('speed')} />
            <Column name={t('uncertain')} />
            <Column name={t('failed')} />
          </tr>
        </thead>
        <tbody>
          <Figures
            name={snapshot.model && modelName(snapshot.model)}
            snapshot={snapshot}
            side={here}
            labeled={labeled}
          />
          <Figures
            name={modelName(partner.model)}
            href={`#${partner.id}`}
            snapshot={compared.snapshot}
            side={there}
            labeled={labeled}
          />
        </tbody>
      </table>
    </section>
  )
}

const Column = ({ name }: { name: string }) => (
  <th scope="col" className="py-1 pl-3 text-right sm:pl-5 font-normal">
    {name}
  </th>
)

interface ChangesProps {
  compared: ComparedBatch
  /** Names of the models. */
  here: string
  there: string
  onShow(view: Partial<TableView>): void
}

/** What changed, in words that show the photos. */
function Changes({ compared: { comparison }, here, there, onShow }: ChangesProps) {
  const t = useTranslations('batch.comparison')
  const format = useFormat()
  const { differences, changed, newlyRight, newlyWrong } = comparison
  const all = differences.size
  if (changed === 0) return <p className="mt-2 font-semibold text-base">{t('same', { count: all })}</p>
  const parts: { status: StatusFilter; count: number; text: string; tone?: string; title?: string }[] = [
    { status: 'changed', count: changed, text: t('changed', { changed: format.integer(changed), count: all }) },
    {
      status: 'newly_right',
      count: newlyRight,
      text: t('newlyRight', { count: newlyRight }),
      title: t('newlyRightHint', { here, there }),
    },
    {
      status: 'newly_wrong',
      count: newlyWrong,
      text: t('newlyWrong', { count: newlyWrong }),
      tone: 'text-bad',
      title: t('newlyWrongHint', { here, there }),
    },
  ]
  const facts = parts
    .filter(({ count }) => count > 0)
    .map(({ status, text, tone = '', title }): [string, ReactNode] => [
      status,
      <button
        key={status}
        type="button"
        title={title}
        onClick={() => onShow({ status })}
        className={`rounded-[4px] text-left font-semibold underline decoration-line-2 underline-offset-4 hover:decoration-current ${tone}`}
      >
        {text}
      </button>,
    ])
  return <FactsLine facts={facts} className="mt-2 gap-y-1 text-base tabular-nums" />
}

interface FiguresProps {
  name: string | null
  /** Leads to the batch; absent for the one that is shown. */
  href?: string
  snapshot: BatchSnapshot
  side: Side
  /** Photos whose true label is known to both models. */
  labeled: number
}

function Figures({ name, href, snapshot: { took, counts }, side, labeled }: FiguresProps) {
  const t = useTranslations('batch.comparison')
  const format = useFormat()
  const speed = took && !took.withPauses && took.seconds > 0 ? counts.done / took.seconds : null
  const cells: [name: string, value: string][] = [
    ...(labeled > 0
      ? [['right', t('percent', { value: format.percent(side.right / labeled) })] as [string, string]]
      : []),
    ['speed', speed === null ? '–' : format.rate(speed)],
    ['uncertain', format.integer(side.uncertain)],
    ['failed', format.integer(side.failed)],
  ]
  return (
    <tr className="border-line border-t">
      <th scope="row" className="py-1.5 pr-2 text-left font-normal">
        {href === undefined ? (
          <span className="font-semibold">{name}</span>
        ) : (
          <a href={href} className="rounded-[4px] text-accent underline-offset-4 hover:underline">
            {name}
          </a>
        )}
      </th>
      {cells.map(([cell, value]) => (
        <td key={cell} className="whitespace-nowrap py-1.5 pl-3 text-right sm:pl-5">
          {value}
        </td>
      ))}
    </tr>
  )
}
