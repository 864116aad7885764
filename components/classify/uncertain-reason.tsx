import type { Classification } from '@/lib/shared/contract/contract'
import { useUncertainReason } from './use-uncertain-reason'

/** Why a result is uncertain, below its label. */
export function UncertainReason({
  result: { uncertain_reason, predictions },
}: {
  result: Pick<Classification, 'uncertain_reason' | 'predictions'>
}) {
  const words = useUncertainReason()
  const [first, second] = predictions
  const text = words(uncertain_reason, first?.score ?? 0, second?.label)
  return <p className="mt-3 rounded-card bg-warn-soft px-3 py-2 text-sm text-warn">{text}</p>
}
