import { useTranslations } from 'use-intl'
import type { Prediction } from '@/lib/shared/contract/contract'

/** More names than these explain nothing. */
const MAX_SHOWN = 3

/** Other names of a label: ImageNet says "ice bear" where people say "polar bear". */
export function Synonyms({ of: { synonyms = [] } }: { of: Pick<Prediction, 'synonyms'> }) {
  const t = useTranslations('answer')
  if (synonyms.length === 0) return null
  return (
    <p className="mt-1.5 text-ink-2">
      {t.rich('alsoCalled', {
        names: () => <span lang="en">{synonyms.slice(0, MAX_SHOWN).join(', ')}</span>,
      })}
    </p>
  )
}
