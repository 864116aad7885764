'use client'

import { useRef, useState } from 'react'
import type { Failure } from '@/lib/client/api/failure'
import { newVoteId, type SubmittedVote, sendVote } from '@/lib/client/api/feedback'
import type { Classification } from '@/lib/shared/contract/contract'

type Step = 'asking' | 'correcting' | 'submitted'

/** The right label, or all that apply. */
type Correction = Partial<Pick<SubmittedVote, 'correct' | 'correctLabels'>>

export interface Vote {
  step: Step
  sending: boolean
  failure: Failure | null
  /** Whether the visitor agrees to the storage of the photo. */
  consent: boolean
  setConsent(consent: boolean): void
  correct(): void
  back(): void
  submit(verdict: SubmittedVote['verdict'], correction?: Correction): void
}

interface VoteOptions {
  vote: SubmittedVote | undefined
  result: Classification
  photo: Blob
  onVote(vote: SubmittedVote): void
}

/** The visitor's feedback on a result and its submission. Clicks during a submission are ignored. */
export function useVote({ vote, result, photo, onVote }: VoteOptions): Vote {
  const [step, setStep] = useState<Step>(vote ? 'submitted' : 'asking')
  const [sending, setSending] = useState(false)
  const [failure, setFailure] = useState<Failure | null>(null)
  const [consent, setConsent] = useState(false)
  const busy = useRef(false)
  const id = useRef(vote?.id ?? newVoteId())

  async function submit(verdict: SubmittedVote['verdict'], correction: Correction = {}): Promise<void> {
    if (busy.current) return
    busy.current = true
    setSending(true)
    setFailure(null)
    try {
      const submitted = { id: id.current, verdict, correct: null, ...correction }
      await sendVote(submitted, result, consent ? photo : null)
      onVote(submitted)
      setStep('submitted')
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
    submit: (verdict, correction) => void submit(verdict, correction),
  }
}
