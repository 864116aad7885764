import clsx from 'clsx'
import { useTranslations } from 'use-intl'
import type { ApiKey } from '@/lib/shared/contract/keys'
import type { Figures } from '@/lib/shared/usage/summary'
import { ConfirmButton } from '../ui/confirm-button'
import { useFormat } from '../ui/use-format'

const NONE: Figures = { photos: 0, requests: 0, errors: 0, bytes: 0 }

interface KeyListProps {
  keys: readonly ApiKey[]
  totals: ReadonlyMap<string, Figures>
  /** ID of the key that the chart shows; null for all. */
  chosen: string | null
  onChoose(id: string): void
  onRevoke(id: string): void
}

/** Each key with its rights, its figures in the period, and its quota of this month. */
export function KeyList({ keys, totals, chosen, onChoose, onRevoke }: KeyListProps) {
  const t = useTranslations('usage')
  return (
    <section aria-labelledby="keys-title" className="mt-10">
      <h2 id="keys-title" className="font-semibold text-lg tracking-tight">
        {t('keysTitle')}
      </h2>
      <ul className="mt-3">
        {keys.map((key) => (
          <li key={key.id} className="border-line border-t">
            <KeyRow
              apiKey={key}
              totals={totals.get(key.id) ?? NONE}
              isChosen={key.id === chosen}
              onChoose={() => onChoose(key.id === chosen ? '' : key.id)}
              onRevoke={() => onRevoke(key.id)}
            />
          </li>
        ))}
      </ul>
    </section>
  )
}

interface KeyRowProps {
  apiKey: ApiKey
  totals: Figures
  isChosen: boolean
  onChoose(): void
  onRevoke(): void
}

function KeyRow({ apiKey, totals, isChosen, onChoose, onRevoke }: KeyRowProps) {
  const t = useTranslations('usage')
  const format = useFormat()
  const { id, name, state, scopes, last_used, monthly_quota, month_photos } = apiKey
  const figures: [label: string, value: string][] = [
    [t('measures.photos'), format.integer(totals.photos)],
    [t('measures.requests'), format.integer(totals.requests)],
    [t('measures.errors'), format.integer(totals.errors)],
    [t('measures.bytes'), format.bytes(totals.bytes)],
  ]
  return (
    <div className="grid gap-x-6 gap-y-3 py-4 md:grid-cols-[minmax(0,1fr)_26rem]">
      <div className="min-w-0">
        <p className="flex flex-wrap items-center gap-x-2.5 gap-y-1">
          <button
            type="button"
            aria-pressed={isChosen}
            onClick={onChoose}
            translate="no"
            className={clsx(
              'min-w-0 truncate rounded-[4px] font-semibold underline decoration-line-2 underline-offset-4 hover:decoration-current',
              isChosen && 'text-accent',
            )}
          >
            {name}
          </button>
          <code className="font-mono text-ink-3 text-xs">vk_{id}</code>
          {state !== 'active' && (
            <span className="rounded-full bg-bad-soft px-2 py-0.5 text-bad text-xs">{t(`state.${state}`)}</span>
          )}
        </p>
        <p className="mt-1 text-ink-2 text-sm">
          <span translate="no">{scopes.join(', ')}</span>
          {' · '}
          {last_used === null ? t('neverUsed') : t('lastUsed', { time: format.day(Date.parse(last_used)) })}
        </p>
        {monthly_quota !== null && <Quota used={month_photos} quota={monthly_quota} />}
        {state !== 'revoked' && (
          <div className="-mx-3 mt-1">
            <ConfirmButton
              className="h-9 px-3!"
              aria-label={t('revokeKey', { name })}
              yes={t('revokeYes')}
              no={t('revokeNo')}
              onConfirm={onRevoke}
            >
              {t('revoke')}
            </ConfirmButton>
          </div>
        )}
      </div>
      <dl className="grid grid-cols-4 gap-3">
        {figures.map(([label, value]) => (
          <div key={label} className="min-w-0 md:text-right">
            <dt className="truncate text-ink-3 text-xs">{label}</dt>
            <dd className="figures mt-0.5 text-sm">{value}</dd>
          </div>
        ))}
      </dl>
    </div>
  )
}

/** Shares of the quota from which it is worth a look. */
const NEARLY_USED = 0.8

function Quota({ used, quota }: { used: number; quota: number }) {
  const t = useTranslations('usage')
  const format = useFormat()
  const share = Math.min(1, used / quota)
  const text = t('quota', { used: format.integer(used), quota: format.integer(quota) })
  return (
    <div className="mt-2 flex max-w-[24rem] flex-wrap items-center gap-x-3 gap-y-1">
      <div aria-hidden className="h-1.5 min-w-24 flex-1 overflow-hidden rounded-full bg-sunk">
        <div
          className={clsx(
            'h-full rounded-full',
            share >= 1 ? 'bg-bad' : share >= NEARLY_USED ? 'bg-warn' : 'bg-accent',
          )}
          style={{ width: `${100 * share}%` }}
        />
      </div>
      <span className={clsx('figures text-xs', share >= 1 ? 'text-bad' : 'text-ink-2')}>{text}</span>
    </div>
  )
}
