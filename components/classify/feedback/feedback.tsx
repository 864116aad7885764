'use client'

import { Check, CircleCheck, X } from 'lucide-react'
import type { ReactNode } from 'react'
import { useTranslations } from 'use-intl'
import type { SubmittedVote } from '@/lib/client/api/feedback'
import type { Classification } from '@/lib/shared/contract/contract'
import type { FeedbackOffer } from '@/lib/shared/contract/feedback'
import { isMultiLabel } from '@/lib/shared/results/selected'
import { Button } from '../../ui/button'
import { Switch } from '../../ui/switch'
import { useProblem } from '../../ui/use-problem'
import { LabelField } from './label-field'
import { SeveralCorrection } from './several-correction'
import { useVote, type Vote } from './use-vote'

/** Longest side of stored photos, in pixels. */
const STORED_PIXELS = '1600'

interface FeedbackProps {
  offer: FeedbackOffer
  result: Classification
  /** The file that was sent. */
  photo: Blob
  vote: SubmittedVote | undefined
  onVote(vote: SubmittedVote): void
}

/** Asks whether the result is right, and explains what is stored. */
export function Feedback({ offer, result, photo, vote, onVote }: FeedbackProps) {
  const t = useTranslations('feedback')
  const problem = useProblem()
  const state = useVote({ vote, result, photo, onVote })
  const [best] = result.predictions
  if (!best) return null
  const several = isMultiLabel(result)
  return (
    <section aria-label={t('title')} className="mt-5 rounded-card border border-line bg-card px-4 py-3">
      {state.step === 'submitted' && vote && <Thanks vote={vote} onChange={state.back} />}
      {state.step === 'asking' && <Question several={several} state={state} />}
      {state.step === 'correcting' &&
        (several ? (
          <SeveralCorrection result={result} state={state} />
        ) : (
          <Correction model={result.model.id} exclude={best.index} state={state} />
        ))}
      {state.failure && (
        <p role="alert" className="mt-2 text-bad text-sm">
          {problem(state.failure).detail}
        </p>
      )}
      {state.step !== 'submitted' && <StorageNotice offer={offer} state={state} />}
    </section>
  )
}

function Question({ several, state }: { several: boolean; state: Vote }) {
  const t = useTranslations('feedback')
  return (
    <div className="flex min-h-10 flex-wrap items-center gap-2">
      <p className="mr-auto w-full font-medium text-sm sm:w-auto">{t(several ? 'questionSeveral' : 'question')}</p>
      <Button disabled={state.sending} onClick={() => state.submit('right')}>
        <Check aria-hidden /> {t('right')}
      </Button>
      <Button disabled={state.sending} onClick={state.correct}>
        <X aria-hidden /> {t(several ? 'wrongSeveral' : 'wrong')}
      </Button>
    </div>
  )
}

function Correction({ model, exclude, state }: { model: string; exclude: number; state: Vote }) {
  const t = useTranslations('feedback')
  return (
    <>
      <LabelField
        model={model}
        exclude={[exclude]}
        prompt={t('search')}
        onChoose={(label) => label && state.submit('wrong', { correct: { index: label.index, label: label.label } })}
      />
      <div className="mt-2 flex gap-2">
        <Button disabled={state.sending} onClick={() => state.submit('wrong')}>
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
  const corrected = vote.correctLabels?.map(({ label }) => label).join(', ') ?? vote.correct?.label
  return (
    <div className="flex min-h-10 flex-wrap items-center gap-2">
      <p role="status" className="mr-auto flex items-center gap-2 text-sm">
        <CircleCheck aria-hidden className="size-4 shrink-0 text-accent" />
        <span>
          {corrected
            ? t.rich('thanksIs', { label: corrected, en })
            : t(vote.verdict === 'right' ? 'thanksRight' : 'thanksWrong')}
        </span>
      </p>
      <Button variant="quiet" onClick={onChange}>
        {t('change')}
      </Button>
    </div>
  )
}

function StorageNotice({ offer, state }: { offer: FeedbackOffer; state: Vote }) {
  const t = useTranslations('feedback')
  return (
    <>
      {offer.photos && (
        <div className="mt-2">
          <Switch
            label={t('keepPhoto')}
            hint={t('keepPhotoHint', { pixels: STORED_PIXELS })}
            checked={state.consent}
            onChange={state.setConsent}
          />
        </div>
      )}
      <p className="mt-1.5 text-pretty text-ink-3 text-xs">
        {t('kept', { days: offer.days, photos: offer.photos ? 'yes' : 'no' })}
      </p>
    </>
  )
}
