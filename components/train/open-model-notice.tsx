import { useTranslations } from 'use-intl'
import { Button } from '../ui/button'
import { useProblem } from '../ui/use-problem'
import type { OpenModel } from './use-open-model'

/** Asks before unsaved labels and photos are replaced, and says why a model couldn't be opened. */
export function OpenModelNotice({ opener: { state, asking, confirm, cancel } }: { opener: OpenModel }) {
  const t = useTranslations('train')
  const problem = useProblem()
  return (
    <div role="alert" className="empty:hidden not-empty:mt-4">
      {asking !== null ? (
        <div className="flex flex-wrap items-center gap-x-4 gap-y-2 rounded-card bg-warn-soft px-4 py-3 text-sm">
          <p className="mr-auto text-pretty text-warn">{t('openReplaces')}</p>
          <Button onClick={confirm}>{t('openYes')}</Button>
          <Button variant="quiet" onClick={cancel}>
            {t('openNo')}
          </Button>
        </div>
      ) : (
        typeof state === 'object' && (
          <p className="rounded-card bg-sunk px-4 py-3 text-bad text-sm">
            {t('openFailed')}: {state.code === 'not_found' ? t('openNothing') : problem(state).detail}
          </p>
        )
      )}
    </div>
  )
}
