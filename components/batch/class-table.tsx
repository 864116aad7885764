import { useState } from 'react'
import { useTranslations } from 'use-intl'
import type { ClassReport } from '@/lib/shared/metrics/classification'
import { Button } from '../ui/button'
import { useFormat } from '../ui/use-format'

interface ClassTableProps {
  /** Worst F1 first. */
  classes: readonly ClassReport[]
  name(index: number): string
}

const INITIAL_ROWS = 10

/** Precision, recall and F1 of every class that occurs in the labels. */
export function ClassTable({ classes, name }: ClassTableProps) {
  const t = useTranslations('batch.judgement')
  const format = useFormat()
  const [expanded, setExpanded] = useState(false)
  const share = (value: number | null) => (value === null ? '–' : format.percent(value))
  const visible = expanded ? classes : classes.slice(0, INITIAL_ROWS)
  return (
    <section aria-labelledby="classes" className="rounded-card border border-line bg-card p-5">
      <h3 id="classes" className="font-semibold text-sm">
        {t('classes')}
      </h3>
      <table className="mt-2 w-full text-sm">
        <thead className="text-ink-2">
          <tr className="[&>th]:py-2 [&>th]:pl-3 [&>th]:text-right [&>th]:font-normal">
            <th scope="col" className="!pl-0 !text-left">
              {t('class')}
            </th>
            <th scope="col">{t('photos')}</th>
            <th scope="col">{t('precision')}</th>
            <th scope="col">{t('recall')}</th>
            <th scope="col">{t('f1')}</th>
          </tr>
        </thead>
        <tbody>
          {visible.map(({ index, support, precision, recall, f1 }) => (
            <tr key={index} className="border-line border-t [&>td]:py-2 [&>td]:pl-3 [&>td]:text-right">
              <th scope="row" lang="en" className="py-2 pr-2 text-left font-normal">
                {name(index)}
              </th>
              <td className="figures">{format.integer(support)}</td>
              <td className="figures">{share(precision)}</td>
              <td className="figures">{share(recall)}</td>
              <td className="figures">{share(f1)}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {classes.length > INITIAL_ROWS && !expanded && (
        <Button variant="quiet" className="-mx-2 mt-2 h-9 px-2!" onClick={() => setExpanded(true)}>
          {t('allClasses', { count: classes.length })}
        </Button>
      )}
    </section>
  )
}
