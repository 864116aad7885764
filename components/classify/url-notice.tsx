import { LoaderCircle, X } from 'lucide-react'
import { useTranslations } from 'use-intl'
import { FailureDetails } from '../ui/failure-details'
import { useProblem } from '../ui/use-problem'
import type { UrlState } from './use-url-photos'

/** Progress or failure of loading a photo by URL. Floats over the page, which doesn't move. */
export function UrlNotice({ state, onDismiss }: { state: Exclude<UrlState, { name: 'idle' }>; onDismiss(): void }) {
  const t = useTranslations('classify')
  const problem = useProblem()
  const failed = state.name === 'failed'
  const { title, detail } = failed
    ? problem(state.failure)
    : { title: t('urlFetching', { host: new URL(state.url).host }), detail: '' }
  return (
    <div
      role={failed ? 'alert' : 'status'}
      className="fixed inset-x-4 bottom-4 z-20 mx-auto flex max-w-[35rem] items-start gap-3 rounded-card border border-line-2 bg-card py-2 pr-2 pl-4 text-sm shadow-card"
    >
      {!failed && <LoaderCircle aria-hidden className="mt-2.5 size-4 shrink-0 animate-spin" />}
      <div className="mr-auto min-w-0 break-words py-2">
        <p className={failed ? 'font-semibold text-bad' : ''}>{title}</p>
        {detail !== '' && <p className="mt-0.5 text-pretty text-ink-2">{detail}</p>}
        {failed && <FailureDetails failure={state.failure} className="mt-1" />}
      </div>
      <button
        type="button"
        onClick={onDismiss}
        aria-label={t(failed ? 'dismiss' : 'urlStop')}
        className="grid size-9 shrink-0 place-items-center rounded-[7px] hover:bg-sunk"
      >
        <X aria-hidden className="size-4" />
      </button>
    </div>
  )
}
