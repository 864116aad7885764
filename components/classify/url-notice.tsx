import { LoaderCircle, X } from 'lucide-react'
import { useTranslations } from 'use-intl'
import { useProblem } from '../ui/use-problem'
import type { UrlState } from './use-url-photos'

/** Progress or failure of loading a photo by URL. */
export function UrlNotice({ state, onDismiss }: { state: UrlState; onDismiss(): void }) {
  const t = useTranslations('classify')
  const problem = useProblem()
  if (state.name === 'idle') return null
  const failed = state.name === 'failed'
  function text(): string {
    if (state.name !== 'failed') return state.name === 'idle' ? '' : t('urlFetching', { host: new URL(state.url).host })
    const { title, detail } = problem(state.failure)
    return `${title}: ${detail}`
  }
  return (
    <div
      role={failed ? 'alert' : 'status'}
      className={`mt-3 flex items-center gap-3 rounded-card py-1.5 pr-1.5 pl-4 text-sm ${failed ? 'bg-bad-soft text-bad' : 'bg-sunk text-ink-2'}`}
    >
      {!failed && <LoaderCircle aria-hidden className="size-4 shrink-0 animate-spin" />}
      <p className="mr-auto min-w-0 break-words">{text()}</p>
      <button
        type="button"
        onClick={onDismiss}
        aria-label={t(failed ? 'dismiss' : 'urlStop')}
        className="grid size-9 shrink-0 place-items-center rounded-[7px] hover:bg-card"
      >
        <X aria-hidden className="size-4" />
      </button>
    </div>
  )
}
