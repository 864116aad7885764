import { useTranslations } from 'use-intl'
import type { MatchedLabels } from '@/lib/shared/labels-file/match-labels'
import type { Evaluation } from '@/lib/shared/metrics/evaluation'
import { Disclosure } from '../ui/disclosure'

interface LabelProblemsProps {
  reading: MatchedLabels
  evaluation: Pick<Evaluation, 'unused' | 'unlabelled'>
  /** Whether all photos of the batch are known. */
  complete: boolean
}

const MAX_LISTED = 50

/** Lines of the labels file that cannot be used, with reasons. */
export function LabelProblems({ reading, evaluation: { unused, unlabelled }, complete }: LabelProblemsProps) {
  const t = useTranslations('batch.judgement')
  const problems = [
    ...reading.bad.map(({ line, file, reason }) => [t('line', { line }), file, t(`bad.${reason}`)] as const),
    ...reading.ambiguous.map(({ file, photos }) => [file, '', t('ambiguous', { photo: photos[0] ?? '' })] as const),
    ...(complete ? unused : []).map((file) => [file, '', t('unused')] as const),
  ]
  return (
    <>
      {unlabelled > 0 && <p className="mt-4 text-ink-2 text-sm">{t('unlabelled', { count: unlabelled })}</p>}
      {problems.length > 0 && (
        <Disclosure className="mt-2" label={t('problems', { count: problems.length })}>
          <ul className="max-h-48 overflow-y-auto rounded-card bg-sunk px-4 py-2 text-sm">
            {problems.slice(0, MAX_LISTED).map(([location, file, reason], index) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: the list is always replaced as a whole
              <li key={index} className="flex flex-wrap justify-between gap-x-4 py-1">
                <span translate="no" className="figures min-w-0 break-all">
                  {location} {file}
                </span>
                <span className="text-ink-2">{reason}</span>
              </li>
            ))}
          </ul>
        </Disclosure>
      )}
    </>
  )
}
