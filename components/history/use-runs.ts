import { useEffect, useState } from 'react'
import { clearRuns, listRuns, type Run, removeRun } from '@/lib/client/history/history'

type RunsState = { name: 'loading' } | { name: 'unavailable' } | { name: 'loaded'; runs: readonly Run[] }

/** The last removal, which can be undone. */
interface Removal {
  run: Run
  restore(): Promise<void>
}

interface RunsOfBrowser {
  state: RunsState
  removal: Removal | null
  remove(run: Run): Promise<void>
  /** Brings back the run of the last removal. */
  undo(): Promise<void>
  /** Gives up the way back. */
  forget(): void
  clear(): Promise<void>
}

/** The runs in this browser, newest first, and what changes them. */
export function useRuns(): RunsOfBrowser {
  const [state, setState] = useState<RunsState>({ name: 'loading' })
  const [removal, setRemoval] = useState<Removal | null>(null)
  useEffect(() => {
    listRuns().then(
      (runs) => setState({ name: 'loaded', runs }),
      () => setState({ name: 'unavailable' }),
    )
  }, [])
  function change(update: (runs: readonly Run[]) => readonly Run[]): void {
    setState((now) => (now.name === 'loaded' ? { name: 'loaded', runs: update(now.runs) } : now))
  }
  return {
    state,
    removal,
    async remove(run) {
      const restore = await removeRun(run.id)
      change((runs) => runs.filter(({ id }) => id !== run.id))
      setRemoval({ run, restore })
    },
    async undo() {
      if (!removal) return
      await removal.restore()
      // The notice goes as the row comes.
      setRemoval((now) => (now === removal ? null : now))
      const { run } = removal
      change((runs) => [...runs.filter(({ id }) => id !== run.id), run].sort((a, b) => b.id - a.id))
    },
    forget: () => setRemoval(null),
    async clear() {
      await clearRuns()
      setRemoval(null)
      change(() => [])
    },
  }
}
