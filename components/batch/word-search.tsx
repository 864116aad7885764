import { Search } from 'lucide-react'
import { type FormEvent, useEffect, useRef, useState } from 'react'
import { useTranslations } from 'use-intl'
import { type Failure, OFFLINE } from '@/lib/client/api/failure'
import { searchByWords } from '@/lib/client/batch/api'
import type { Subset } from '@/lib/client/batch/table-view'
import type { ModelInfo } from '@/lib/shared/contract/contract'
import type { Job } from '@/lib/shared/contract/jobs'
import { useOwnModels } from '../classify/use-own-models'
import { useProblem } from '../ui/use-problem'

interface WordSearchProps {
  job: Job
  models: readonly ModelInfo[]
  /** What the table shows; null for all photos. */
  subset: Subset | null
  onSubset(subset: Subset | null): void
}

/** Photos that are shown. */
const FOUND = 100
/** Characters; more than the tokens of most models. */
const MAX_LENGTH = 300

type State = { name: 'idle' | 'searching' } | { name: 'found'; count: number } | { name: 'failed'; failure: Failure }

/** Shows the photos that a text fits best in the table, where the batch's model takes texts. */
export function WordSearch({ job, models, subset, onSubset }: WordSearchProps) {
  const t = useTranslations('batch.words')
  const problem = useProblem()
  const { id } = job.model
  const model = useOwnModels(models, id, false).find((one) => one.id === id)
  const [text, setText] = useState('')
  const [state, setState] = useState<State>({ name: 'idle' })
  const search = useRef<AbortController | null>(null)
  const shown = useRef<string | null>(null)
  useEffect(() => () => search.current?.abort(), [])
  const base = model?.base_model?.id ?? id
  if (!models.some(({ id, text }) => id === base && text !== null)) return null

  async function submit(event: FormEvent): Promise<void> {
    event.preventDefault()
    const words = text.trim()
    if (words === '') return
    search.current?.abort()
    const controller = new AbortController()
    search.current = controller
    setState({ name: 'searching' })
    try {
      const files = await searchByWords(job.id, words, FOUND, controller.signal)
      if (controller.signal.aborted) return
      setState({ name: 'found', count: files.length })
      shown.current = t('name', { words })
      onSubset({ files: new Set(files), name: shown.current, ordered: true })
    } catch (failure) {
      if (!controller.signal.aborted) setState({ name: 'failed', failure: (failure as Failure | null) ?? OFFLINE })
    }
  }
  /** An empty field shows all photos again. */
  function change(next: string): void {
    search.current?.abort()
    if (next === '' && subset?.name === shown.current) onSubset(null)
    setText(next)
    setState({ name: 'idle' })
  }
  const failure = state.name === 'failed' ? problem(state.failure) : null
  return (
    <form onSubmit={(event) => void submit(event)} className="mb-2">
      <div className="relative max-w-xl">
        <input
          type="search"
          aria-label={t('label')}
          aria-describedby="word-search"
          placeholder={t('placeholder')}
          maxLength={MAX_LENGTH}
          enterKeyHint="search"
          autoComplete="off"
          value={text}
          onChange={({ target }) => change(target.value)}
          className="h-10 w-full rounded-card border border-line-2 bg-card pr-11 pl-3 text-sm placeholder:text-ink-3"
        />
        <button
          type="submit"
          aria-label={t('search')}
          className="absolute inset-y-1 right-1 grid w-9 place-items-center rounded-[7px] text-ink-2 hover:bg-sunk hover:text-ink"
        >
          <Search aria-hidden className="size-4" />
        </button>
      </div>
      <p id="word-search" role="status" className="mt-1 text-pretty text-ink-3 text-xs">
        {state.name === 'idle' && t('hint')}
        {state.name === 'searching' && t('searching')}
        {state.name === 'found' && t('found', { count: state.count })}
      </p>
      {failure && (
        <p role="alert" className="text-pretty text-bad text-sm">
          {failure.title}{' '}
          {state.name === 'failed' && state.failure.code === 'invalid_parameter' && state.failure.detail}
        </p>
      )}
    </form>
  )
}
