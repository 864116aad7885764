import { useCallback, useEffect, useState } from 'react'
import type { Failure } from '@/lib/client/api/failure'
import { keepOperatorToken, operatorToken } from '@/lib/client/api/operator-token'
import { type LoadedUsage, loadUsage, revokeKey } from '@/lib/client/usage/usage-api'
import { firstDay } from '@/lib/shared/usage/summary'

/** Codes that say that the token isn't one of the operator. */
const NOT_THE_OPERATOR = new Set([
  'unauthorized',
  'forbidden',
  'key_required',
  'invalid_key',
  'key_expired',
  'key_revoked',
  'insufficient_scope',
])

export type UsageState =
  /** Until it is known whether this tab has a token. */
  | { name: 'starting' }
  | { name: 'locked'; failure: Failure | null }
  /** `usage`: what was there before, while another period loads. */
  | { name: 'loading'; usage: LoadedUsage | null }
  | { name: 'failed'; failure: Failure }
  | { name: 'loaded'; usage: LoadedUsage }

/** The use of keys in the last days, once this tab has the operator's token. */
export function useUsage(days: number) {
  const [token, setToken] = useState<string | null>(null)
  const [attempt, setAttempt] = useState(0)
  const [state, setState] = useState<UsageState>({ name: 'starting' })

  useEffect(() => {
    const kept = operatorToken()
    if (kept === null) setState({ name: 'locked', failure: null })
    else setToken(kept)
  }, [])

  // biome-ignore lint/correctness/useExhaustiveDependencies: another attempt loads the same once more
  useEffect(() => {
    if (token === null) return
    const left = new AbortController()
    setState((before) => ({ name: 'loading', usage: before.name === 'loaded' ? before.usage : null }))
    loadUsage(token, firstDay(Date.now(), days), left.signal).then(
      (usage) => {
        keepOperatorToken(token)
        setState({ name: 'loaded', usage })
      },
      (failure: Failure) => {
        if (left.signal.aborted) return
        const isLocked = NOT_THE_OPERATOR.has(failure.code)
        if (isLocked) keepOperatorToken('')
        if (isLocked) setToken(null)
        setState(isLocked ? { name: 'locked', failure } : { name: 'failed', failure })
      },
    )
    return () => left.abort()
  }, [token, days, attempt])

  const forget = useCallback(() => {
    keepOperatorToken('')
    setToken(null)
    setState({ name: 'locked', failure: null })
  }, [])
  const reload = useCallback(() => setAttempt((count) => count + 1), [])

  async function revoke(id: string): Promise<void> {
    if (token === null) return
    try {
      await revokeKey(token, id)
      reload()
    } catch (error) {
      setState({ name: 'failed', failure: error as Failure })
    }
  }
  return { state, unlock: setToken, forget, reload, revoke }
}
