'use client'

import { Check, CircleCheck, X } from 'lucide-react'
import type { ReactNode } from 'react'
import { useTranslations } from 'use-intl'
import type { SubmittedVote } from '@/lib/client/api/feedback'
import type { Classification } from '@/lib/shared/contract/contract'
import type { FeedbackOffer } from '@/lib/shared/contract/feedback'
import { Button } from '../../ui/button'
import { Switch } from '../../ui/switch'
import { useProblem } from '../../ui/use-problem'
import { LabelField } from './label-field'
import { useVote, type Vote } from './use-vote'

/** As long as the longest side of a photo that is kept (pixels). */
const KEPT_PIXELS = '1600'

interface FeedbackProps {
  offer: FeedbackOffer
  result: Classification
  /** As it was sent. */
  photo: Blob
  vote: SubmittedVote | undefined
  onVote(vote: SubmittedVote): void
}

/** Whether the answer is right, as the visitor sees it; and what is kept of that. */
export function Feedback({ offer, result, photo, vote, onVote }: FeedbackProps) {
  const t = useTranslations('feedback')
  const problem = useProblem()
  const state = useVote({ vote, result, photo, onVote })
  const [best] = result.predictions
  if (!best) return null
  return (
    <section aria-label={t('title')} className="mt-5 rounded-card border border-line bg-card px-4 py-3">
      {state.step === 'given' && vote && <Thanks vote={vote} onChange={state.back} />}
      {state.step === 'asking' && <Question state={state} />}
      {state.step === 'correcting' && <Correction model={result.model.id} not={best.index} state={state} />}
      {state.failure && (
        <p role="alert" className="mt-2 text-bad text-sm">
          {problem(state.failure).detail}
        </p>
      )}
      {state.step !== 'given' && <Kept offer={offer} state={state} />}
    </section>
  )
}

function Question({ state }: { state: Vote }) {
  const t = useTranslations('feedback')
  return (
    <div className="flex min-h-10 flex-wrap items-center gap-2">
      <p className="mr-auto w-full font-medium text-sm sm:w-auto">{t('question')}</p>
      <Button disabled={state.sending} onClick={() => state.give('right')}>
        <Check aria-hidden /> {t('right')}
      </Button>
      <Button disabled={state.sending} onClick={state.correct}>
        <X aria-hidden /> {t('wrong')}
      </Button>
    </div>
  )
}

function Correction({ model, not, state }: { model: string; not: number; state: Vote }) {
  const t = useTranslations('feedback')
  return (
    <>
      <LabelField
        model={model}
        not={not}
        onChoose={(label) => label && state.give('wrong', { index: label.index, label: label.label })}
      />
      <div className="mt-2 flex gap-2">
        <Button disabled={state.sending} onClick={() => state.give('wrong')}>
          {t('dontKnow')}
        </Button>
        <Button variant="quiet" onClick={state.back}>
          {t('back')}
        </Button>
      </div>
    </>
  )
}

function Thanks({ vote, onChange }: { vote: SubmittedVote; onChange(): void }) {
  const t = useTranslations('feedback')
  const en = (chunk: ReactNode) => <span lang="en">{chunk}</span>
  return (
    <div className="flex min-h-10 flex-wrap items-center gap-2">
      <p role="status" className="mr-auto flex items-center gap-2 text-sm">
        <CircleCheck aria-hidden className="size-4 shrink-0 text-accent" />
        <span>
          {vote.correct
            ? t.rich('thanksIs', { label: vote.correct.label, en })
            : t(vote.verdict === 'right' ? 'thanksRight' : 'thanksWrong')}
        </span>
      </p>
      <Button variant="quiet" onClick={onChange}>
        {t('change')}
      </Button>
    </div>
  )
}

function Kept({ offer, state }: { offer: FeedbackOffer; state: Vote }) {
  const t = useTranslations('feedback')
  return (
    <>
      {offer.photos && (
        <Switch
          label={t('keepPhoto')}
          hint={t('keepPhotoHint', { pixels: KEPT_PIXELS })}
          checked={state.consent}
          onChange={state.setConsent}
        />
      )}
      <p className="mt-1 text-pretty text-ink-3 text-xs">
        {t('kept', { days: offer.days, photos: offer.photos ? 'yes' : 'no' })}
      </p>
    </>
  )
}
