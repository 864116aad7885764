'use client'

import { useRef, useState } from 'react'
import type { Failure } from '@/lib/client/api/failure'
import { newVoteId, type SubmittedVote, sendVote } from '@/lib/client/api/feedback'
import type { Classification } from '@/lib/shared/contract/contract'

type Step = 'asking' | 'correcting' | 'given'

export interface Vote {
  step: Step
  sending: boolean
  failure: Failure | null
  /** Whether the photo is kept too. */
  consent: boolean
  setConsent(consent: boolean): void
  correct(): void
  back(): void
  give(verdict: SubmittedVote['verdict'], correct?: SubmittedVote['correct']): void
}

interface Given {
  vote: SubmittedVote | undefined
  result: Classification
  photo: Blob
  onVote(vote: SubmittedVote): void
}

/** What the visitor says of an answer, and where that stands. A second click while the first is on its way does nothing. */
export function useVote({ vote, result, photo, onVote }: Given): Vote {
  const [step, setStep] = useState<Step>(vote ? 'given' : 'asking')
  const [sending, setSending] = useState(false)
  const [failure, setFailure] = useState<Failure | null>(null)
  const [consent, setConsent] = useState(false)
  const busy = useRef(false)
  const id = useRef(vote?.id ?? newVoteId())

  async function give(verdict: SubmittedVote['verdict'], correct: SubmittedVote['correct'] = null): Promise<void> {
    if (busy.current) return
    busy.current = true
    setSending(true)
    setFailure(null)
    try {
      const given = { id: id.current, verdict, correct }
      await sendVote(given, result, consent ? photo : null)
      onVote(given)
      setStep('given')
    } catch (error) {
      setFailure(error as Failure)
    } finally {
      busy.current = false
      setSending(false)
    }
  }
  return {
    step,
    sending,
    failure,
    consent,
    setConsent,
    correct: () => setStep('correcting'),
    back: () => setStep('asking'),
    give: (verdict, correct) => void give(verdict, correct),
  }
}
