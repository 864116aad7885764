import { useId } from 'react'
import { useTranslations } from 'use-intl'
import type { ColorBy, MapGroup, MapGroups } from '@/lib/client/photo-map/groups'
import { useFormat } from '../../ui/use-format'
import { MapMark } from './map-mark'

interface MapLegendProps {
  groups: MapGroups
  by: ColorBy
  onBy(by: ColorBy): void
  /** Whether a check has found something about the photos. */
  checked: boolean
  /** Positions of the groups that are chosen. */
  pressed: ReadonlySet<number>
  onToggle(group: number): void
}

const ALWAYS: readonly ColorBy[] = ['label', 'uncertain']
const CHECKED: readonly ColorBy[] = ['label_issue', 'copies']

/** What the colors mean; each entry chooses its photos, so that all that a line on the map does can be done by keyboard. */
export function MapLegend({ groups, by, onBy, checked, pressed, onToggle }: MapLegendProps) {
  const t = useTranslations('batch.map')
  const format = useFormat()
  const id = useId()
  const nameOf = ({ kind, key }: MapGroup) =>
    kind === 'label' ? key : kind === 'other' ? t('other') : t(`${by as 'copies'}.${kind}`)
  return (
    <div className="min-w-0">
      <label htmlFor={id} className="block text-ink-2 text-sm">
        {t('colorBy')}
      </label>
      <select
        id={id}
        value={by}
        onChange={({ target }) => onBy(target.value as ColorBy)}
        className="mt-1 h-10 w-full rounded-card border border-line-2 bg-card px-3 text-ink text-sm"
      >
        {[...ALWAYS, ...(checked ? CHECKED : [])].map((value) => (
          <option key={value} value={value}>
            {t(`by.${value}`)}
          </option>
        ))}
      </select>
      <ul aria-label={t('legend')} className="mt-3">
        {groups.list.map(
          (group, at) =>
            group.photos > 0 && (
              <li key={group.kind + group.key}>
                <button
                  type="button"
                  aria-pressed={pressed.has(at)}
                  onClick={() => onToggle(at)}
                  className="-mx-2 grid w-[calc(100%+1rem)] grid-cols-[1rem_minmax(0,1fr)_auto] items-center gap-2 rounded-[6px] px-2 py-1.5 text-left hover:bg-sunk aria-pressed:bg-accent-soft"
                >
                  <MapMark color={group.color} />
                  <span
                    lang={group.kind === 'label' ? 'en' : undefined}
                    title={nameOf(group)}
                    className="truncate text-[0.8125rem]"
                  >
                    {nameOf(group)}
                  </span>
                  <span className="figures text-[0.8125rem] text-ink-2">{format.integer(group.photos)}</span>
                </button>
              </li>
            ),
        )}
      </ul>
    </div>
  )
}
