'use client'

import { Link2, RotateCw, Trash2 } from 'lucide-react'
import { useRouter } from 'next/navigation'
import { useEffect, useState } from 'react'
import { useTranslations } from 'use-intl'
import type { Run } from '@/lib/client/history/history'
import { classifyAgain, type FoundPhoto, findPhoto } from '@/lib/client/history/run-photo'
import { tabSession } from '@/lib/client/photos/tab-session'
import type { Classification } from '@/lib/shared/contract/contract'
import { LinkItems } from '../classify/link-items'
import { ActionMenu } from '../ui/action-menu'
import { Button } from '../ui/button'
import { StepDialog } from '../ui/step-dialog'
import { useCopy } from '../ui/use-copy'
import { RunPicture } from './run-picture'
import { RunResult } from './run-result'

interface RunDialogProps {
  run: Run
  /** The default model and the upload limit, for classifying again. */
  model: string
  imageBytes: number
  onClose(): void
  onRemove(): void
  /** Null at the first and last run of the list. */
  onPrevious: (() => void) | null
  onNext: (() => void) | null
}

/** A run with all its labels, and what can be done with it. */
export function RunDialog({ run, model, imageBytes, onClose, onRemove, onPrevious, onNext }: RunDialogProps) {
  const t = useTranslations('history')
  const [result, setResult] = useState<Classification>(run.results[0])
  const photo = useFoundPhoto(run)
  return (
    <StepDialog
      title={run.file}
      texts={{ previous: t('previous'), next: t('next'), close: t('close') }}
      className="w-[min(880px,calc(100vw-24px))]"
      onClose={onClose}
      onPrevious={onPrevious}
      onNext={onNext}
    >
      <div className="mt-3 grid grid-cols-[minmax(0,1fr)] gap-6 md:grid-cols-[minmax(0,1fr)_minmax(0,23.75rem)]">
        <RunPicture run={run} photo={photo} />
        <div className="min-w-0">
          <RunResult run={run} result={result} onResult={setResult} />
          <Actions
            run={run}
            result={result}
            photo={photo ?? null}
            model={model}
            imageBytes={imageBytes}
            onRemove={onRemove}
          />
        </div>
      </div>
    </StepDialog>
  )
}

interface ActionsProps extends Pick<RunDialogProps, 'run' | 'model' | 'imageBytes' | 'onRemove'> {
  result: Classification
  photo: FoundPhoto | null
}

function Actions({ run, result, photo, model, imageBytes, onRemove }: ActionsProps) {
  const t = useTranslations('history')
  const share = useTranslations('share')
  const router = useRouter()
  const { copied, failed, copy } = useCopy()
  async function again(found: FoundPhoto): Promise<void> {
    const id = await classifyAgain(found, tabSession(model, imageBytes))
    router.push(`/#photo-${id}`)
  }
  return (
    <div className="mt-5 flex flex-wrap items-center gap-x-4 gap-y-2 border-line border-t pt-4">
      {photo && (
        <Button onClick={() => void again(photo)}>
          <RotateCw aria-hidden /> {t('again')}
        </Button>
      )}
      <ActionMenu icon={<Link2 aria-hidden className="size-4" />} label={share('copyLink')}>
        <LinkItems file={run.file} result={result} photo={photo?.picture ?? run.thumbnail} onCopy={copy} />
      </ActionMenu>
      <button
        type="button"
        onClick={onRemove}
        className="-ml-2 inline-flex h-9 items-center gap-1.5 rounded-card px-2 text-ink-2 text-sm hover:bg-sunk hover:text-ink"
      >
        <Trash2 aria-hidden className="size-4" /> {t('remove')}
      </button>
      <p role="status" className="text-ink-2 text-sm empty:hidden">
        {copied && share('copied', { what: copied })}
        {failed && share('copyFailed')}
      </p>
    </div>
  )
}

/** The photo of the run; undefined while it's looked up, null if this browser doesn't have it anymore. */
function useFoundPhoto(run: Run): FoundPhoto | null | undefined {
  const [found, setFound] = useState<FoundPhoto | null>()
  useEffect(() => {
    let mounted = true
    void findPhoto(run).then((photo) => mounted && setFound(photo))
    return () => {
      mounted = false
    }
  }, [run])
  return found
}
