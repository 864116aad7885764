import { useTranslations } from 'use-intl'
import type { MatchedLabels } from '@/lib/shared/labels-file/match-labels'
import type { Evaluation } from '@/lib/shared/metrics/evaluation'
import { Disclosure } from '../ui/disclosure'

interface LabelProblemsProps {
  reading: MatchedLabels
  evaluation: Evaluation
}

const SHOWN = 50

/** Lines of the labels that could not be used, each with its reason. */
export function LabelProblems({ reading, evaluation: { unknown, unused, unlabelled } }: LabelProblemsProps) {
  const t = useTranslations('batch.judgement')
  const problems = [
    ...reading.bad.map(({ line, file, reason }) => [t('line', { line }), file, t(`bad.${reason}`)] as const),
    ...unknown.map(({ word, photos }) => [word, '', t('unknown', { count: photos })] as const),
    ...reading.ambiguous.map(({ file, photos }) => [file, '', t('ambiguous', { photo: photos[0] ?? '' })] as const),
    ...unused.map((file) => [file, '', t('unused')] as const),
  ]
  return (
    <>
      {unlabelled > 0 && <p className="mt-4 text-ink-2 text-sm">{t('unlabelled', { count: unlabelled })}</p>}
      {problems.length > 0 && (
        <Disclosure className="mt-2" label={t('problems', { count: problems.length })}>
          <ul className="max-h-48 overflow-y-auto rounded-card bg-sunk px-4 py-2 text-sm">
            {problems.slice(0, SHOWN).map(([where, file, what], at) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: a list that is written anew as a whole
              <li key={at} className="flex flex-wrap justify-between gap-x-4 py-1">
                <span translate="no" className="figures min-w-0 break-all">
                  {where} {file}
                </span>
                <span className="text-ink-2">{what}</span>
              </li>
            ))}
          </ul>
        </Disclosure>
      )}
    </>
  )
}
