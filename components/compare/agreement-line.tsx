import { Check, Split } from 'lucide-react'
import { Fragment } from 'react'
import { useTranslations } from 'use-intl'
import type { AgreementGroup } from '@/lib/shared/results/agreement'
import { useModelName } from '../classify/use-model-name'

interface AgreementLineProps {
  /** Null while results are missing. */
  groups: readonly AgreementGroup[] | null
  /** Models without a result. */
  failed: number
  /** Whether any model recognizes the photo. */
  recognized: boolean
}

/** Whether the models agree. */
export function AgreementLine({ groups, failed, recognized }: AgreementLineProps) {
  const t = useTranslations('compare')
  const words = useTranslations('confidence')
  const name = useModelName()
  const list = (models: readonly string[]) => models.map(name).join(', ')
  const [first] = groups ?? []
  if (!groups || !first) {
    return (
      <div className="min-h-[6.5rem]">
        <h1 className="font-semibold text-ink-2 text-lg">{t('running')}</h1>
        <div className="mt-3 h-10 w-3/5 animate-pulse rounded-card bg-sunk" />
      </div>
    )
  }
  if (!recognized) {
    return (
      <div role="status" className="min-h-[6.5rem]">
        <h1 className="font-semibold text-xl leading-[1.15] tracking-[-0.03em] lg:text-[2.125rem]">
          {words('unrecognized')}
        </h1>
        <p className="mt-2 text-ink-2 text-sm">{t('unrecognized')}</p>
      </div>
    )
  }
  const agree = groups.length === 1
  const alone = agree && first.models.length === 1
  return (
    <div role="status" className="min-h-[6.5rem]">
      {!alone && (
        <p className={`flex items-center gap-2 font-semibold ${agree ? 'text-accent' : 'text-warn'}`}>
          {agree ? <Check aria-hidden className="size-4" /> : <Split aria-hidden className="size-4" />}
          {agree
            ? t(failed > 0 ? 'restAgree' : 'agree', { count: first.models.length })
            : t('disagree', { count: groups.length })}
        </p>
      )}
      {failed > 0 && <p className="text-ink-2 text-sm">{t('without', { count: failed })}</p>}
      <h1 className="text-balance font-semibold text-xl leading-[1.15] tracking-[-0.03em] lg:text-[2.125rem]">
        {groups.map(({ label }, i) => (
          <Fragment key={label}>
            {i > 0 && <span className="font-normal text-ink-2"> {t('or')} </span>}
            <span lang="en">{label}</span>
          </Fragment>
        ))}
      </h1>
      {!agree && (
        <p className="mt-2 text-ink-2 text-sm">
          {groups.map(({ label, models }, i) => (
            <Fragment key={label}>
              {i > 0 && ' · '}
              {list(models)}: <span lang="en">{label}</span>
            </Fragment>
          ))}
        </p>
      )}
    </div>
  )
}
