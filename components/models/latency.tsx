'use client'

import { useState } from 'react'
import { Button } from '@/components/ui/button'
import { measureLatency } from '@/lib/client/latency'
import { milliseconds } from '@/lib/shared/format'

type State =
  | { name: 'idle' }
  | { name: 'measuring' }
  | { name: 'done'; decode: number; run: number; total: number }
  | { name: 'failed' }

/** How long this machine takes for a photo, measured when somebody asks: a handful of runs of a sample photo. */
export function Latency({ model, ready }: { model: string; ready: boolean }) {
  const [state, setState] = useState<State>({ name: 'idle' })
  async function measure(): Promise<void> {
    setState({ name: 'measuring' })
    try {
      setState({ name: 'done', ...(await measureLatency(model)) })
    } catch {
      setState({ name: 'failed' })
    }
  }
  return (
    <div className="mt-5 flex min-h-10 items-center gap-3 border-line border-t pt-4">
      <p className="mr-auto text-sm" aria-live="polite">
        {state.name === 'idle' && <span className="text-ink-2">Speed on this machine</span>}
        {state.name === 'measuring' && <span className="text-ink-2">Running it a few times …</span>}
        {state.name === 'failed' && <span className="text-bad">It could not be measured now.</span>}
        {state.name === 'done' && (
          <span className="tabular-nums">
            <strong className="font-semibold">{milliseconds(state.run)} ms</strong>
            <span className="text-ink-2"> run, {milliseconds(state.total)} ms with decoding</span>
          </span>
        )}
      </p>
      <Button onClick={measure} disabled={!ready || state.name === 'measuring'} className="h-9 px-3">
        {state.name === 'done' ? 'Again' : 'Measure'}
      </Button>
    </div>
  )
}
