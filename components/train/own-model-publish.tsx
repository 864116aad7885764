import { Upload } from 'lucide-react'
import Link from 'next/link'
import { type FormEvent, useEffect, useRef, useState } from 'react'
import { useTranslations } from 'use-intl'
import type { OwnModel } from '@/lib/client/device-models/store'
import type { ModelInfo } from '@/lib/shared/contract/contract'
import type { TrainingOffer } from '@/lib/shared/contract/site'
import { BASE_PATH } from '@/lib/shared/web/base-path'
import { isUnlisted } from '../classify/unlisted-model'
import { Button } from '../ui/button'
import { CopyLine } from '../ui/copy-line'
import { useProblem } from '../ui/use-problem'
import { asFailure } from './as-failure'
import { TokenField } from './token-field'
import { useToken } from './use-token'

interface OwnModelPublishProps {
  model: OwnModel
  offer: TrainingOffer
  onClose(): void
}

type State = { name: 'idle' | 'busy' } | { name: 'done'; model: ModelInfo } | { name: 'failed'; error: string }

/** Saves a model of this browser on the server, if the server lets the visitor. */
export function OwnModelPublish({ model, offer, onClose }: OwnModelPublishProps) {
  const t = useTranslations('ownModels')
  const train = useTranslations('train')
  const problem = useProblem()
  const token = useToken(offer)
  const [state, setState] = useState<State>({ name: 'idle' })
  const controller = useRef<AbortController | null>(null)
  useEffect(() => () => controller.current?.abort(), [])
  function textOf(thrown: unknown): string {
    const failure = asFailure(thrown)
    if (failure.code === 'forbidden' || failure.code === 'unauthorized') return train('notAllowed')
    if (failure.code === 'conflict') return train('nameInUse')
    return Object.values(problem(failure.code === 'base_changed' ? BASE_REPLACED : failure)).join('. ')
  }
  async function publish(event: FormEvent): Promise<void> {
    event.preventDefault()
    controller.current = new AbortController()
    const { signal } = controller.current
    setState({ name: 'busy' })
    try {
      const { publishModel } = await import('@/lib/client/device-models/publish')
      setState({ name: 'done', model: await publishModel(model, token.value, signal) })
    } catch (error) {
      if (!signal.aborted) setState({ name: 'failed', error: textOf(error) })
    }
  }
  if (state.name === 'done') return <Published model={state.model} onClose={onClose} />
  const hint = offer.hours === null ? train('saveHint') : train('saveHintVisitors', { hours: offer.hours })
  return (
    <form onSubmit={(event) => void publish(event)} className="mt-2">
      <p className="max-w-[56ch] text-pretty text-ink-2 text-sm">{hint}</p>
      <TokenField token={token} texts="train" className="mt-3" />
      <div className="mt-3 flex flex-wrap gap-2">
        <Button type="submit" variant="primary" disabled={state.name === 'busy'} className="disabled:opacity-60">
          <Upload aria-hidden /> {t(state.name === 'busy' ? 'publishing' : 'publishNow')}
        </Button>
        <Button variant="quiet" onClick={onClose}>
          {t('cancel')}
        </Button>
      </div>
      <p role="alert" className="mt-2 text-pretty text-bad text-sm empty:hidden">
        {state.name === 'failed' && state.error}
      </p>
    </form>
  )
}

/** The model learned from another revision of its base than the server has now. */
const BASE_REPLACED = { code: 'device_base_replaced', retryable: false, retryAfterMs: null }

function Published({ model: { id, title }, onClose }: { model: ModelInfo; onClose(): void }) {
  const t = useTranslations('ownModels')
  const train = useTranslations('train')
  return (
    <div className="mt-2">
      <p role="status" className="text-sm">
        {t('published')}{' '}
        <Link
          href={`/?model=${encodeURIComponent(id)}&device=server`}
          prefetch={false}
          className="text-accent underline underline-offset-4"
        >
          {title}
        </Link>
      </p>
      {isUnlisted(id) && (
        <div className="mt-2">
          <CopyLine text={`${location.origin}${BASE_PATH}/?model=${id}`} name={train('link')} />
          <p className="mt-1 text-pretty text-ink-2 text-xs">{train('linkHint')}</p>
        </div>
      )}
      <Button variant="quiet" className="-mx-2 mt-1 h-9! px-2!" onClick={onClose}>
        {train('dialogClose')}
      </Button>
    </div>
  )
}
