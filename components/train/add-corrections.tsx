import { MessageSquareReply } from 'lucide-react'
import { useState } from 'react'
import { useTranslations } from 'use-intl'
import type { Failure } from '@/lib/client/api/failure'
import type { TrainingSession } from '@/lib/client/training/session'
import { Button } from '../ui/button'
import { asFailure } from './as-failure'

interface AddCorrectionsProps {
  session: TrainingSession
  /** ID of the model. */
  id: string
  token: string
  onFailure(failure: Failure): void
}

/** Adds the photos that visitors sent with the right label, so that the model learns from its mistakes. */
export function AddCorrections({ session, id, token, onFailure }: AddCorrectionsProps) {
  const t = useTranslations('train')
  const [state, setState] = useState<'idle' | 'loading' | number>('idle')
  async function add(): Promise<void> {
    setState('loading')
    try {
      const { fetchCorrections } = await import('@/lib/client/training/fetch-corrections')
      const corrected = await fetchCorrections(id, token)
      for (const { label, files } of corrected) session.addPhotos(session.addLabel(label).id, files)
      setState(corrected.reduce((sum, { files }) => sum + files.length, 0))
    } catch (error) {
      setState('idle')
      onFailure(asFailure(error))
    }
  }
  return (
    <div className="-mx-2 flex flex-wrap items-center gap-x-2">
      <Button variant="quiet" className="px-2!" disabled={state === 'loading'} onClick={() => void add()}>
        <MessageSquareReply aria-hidden /> {t('addCorrections')}
      </Button>
      <p role="status" className="text-ink-2 text-sm">
        {typeof state === 'number' && t('correctionsAdded', { count: state })}
      </p>
    </div>
  )
}
