import { FolderOpen, Keyboard, Shapes, Sparkle } from 'lucide-react'
import { useState } from 'react'
import { useTranslations } from 'use-intl'
import { saveHere } from '@/lib/client/choices'
import type { TrainingSession } from '@/lib/client/training/session'
import type { TrainingSnapshot } from '@/lib/client/training/types'
import type { ModelInfo } from '@/lib/shared/contract/contract'
import type { TrainingOffer } from '@/lib/shared/contract/site'
import { Button } from '../ui/button'
import { ByPointer } from '../ui/by-pointer'
import { FileButton } from '../ui/file-button'
import { AddLabel } from './add-label'
import { OpenModelButton } from './open-model-button'
import { OwnModels } from './own-models-lazy'
import type { OpenModel } from './use-open-model'

interface TrainStartProps {
  session: TrainingSession
  state: TrainingSnapshot
  bases: readonly ModelInfo[]
  offer: TrainingOffer | null
  /** Whether photos stay in this browser; null if there is no choice. */
  here: boolean | null
  onFiles(files: readonly File[]): void
  opener: OpenModel
  /** Opens the page for labeling. */
  onLabel(): void
}

/** The page before the first label: what it does, and ways to begin. */
export function TrainStart({ session, state, bases, offer, here, onFiles, opener, onLabel }: TrainStartProps) {
  const t = useTranslations('train')
  // It's still unknown if there are labels and photos from before.
  const { restoring } = state
  return (
    // Visible from the first paint on, unless this browser keeps a draft (see DraftScript).
    <div
      inert={restoring}
      className={`mx-auto max-w-[47.5rem] pt-2 sm:pt-6 ${restoring ? '[[data-draft]_&]:invisible' : ''}`}
    >
      <h1 className="font-semibold text-xl tracking-tight lg:text-2xl">{t('title')}</h1>
      <p className="mt-2 max-w-[64ch] text-pretty text-ink-2">{t(here ? 'leadHere' : 'lead')}</p>
      <div className="mt-8 rounded-2xl border border-line-2 border-dashed bg-card px-5 pt-8 pb-4 text-center shadow-card sm:pt-11">
        <Shapes aria-hidden className="mx-auto size-8 text-accent" strokeWidth={1.75} />
        <h2 className="mt-4 font-semibold text-lg tracking-tight">{t('dropTitle')}</h2>
        <p className="mx-auto mt-1 max-w-[48ch] text-pretty text-ink-2 text-sm">
          <ByPointer fine={t('dropHint')} coarse={t('dropHintTouch')} />
        </p>
        <AddLabel session={session} labels={[]} primary className="mx-auto mt-5 max-w-[26rem]" />
        <div className="mt-3 flex flex-wrap justify-center gap-2">
          {/* Phones have no folders to choose. */}
          <span className="contents pointer-coarse:hidden">
            <FileButton webkitdirectory="" multiple onFiles={onFiles}>
              <FolderOpen aria-hidden /> {t('chooseFolder')}
            </FileButton>
          </span>
          <Button onClick={onLabel}>
            <Keyboard aria-hidden /> {t('labelPhotos')}
          </Button>
        </div>
        <Samples session={session} />
      </div>
      <div className="mt-4 flex flex-wrap items-center justify-between gap-x-6 gap-y-2">
        <p className="max-w-[52ch] text-pretty text-ink-3 text-sm">{t(here ? 'whereHere' : 'where')}</p>
        <OpenModelButton opener={opener} />
      </div>
      {here !== null && offer !== null && (
        <button
          type="button"
          onClick={() => saveHere(!here)}
          className="-ml-3 mt-1 h-9 rounded-card px-3 text-ink-2 text-sm underline decoration-line-2 underline-offset-4 hover:bg-sunk hover:text-ink"
        >
          {t(here ? 'useServer' : 'useDevice')}
        </button>
      )}
      {here && (
        <div className="mt-6">
          <OwnModels bases={bases} offer={offer} opener={opener} />
        </div>
      )}
    </div>
  )
}

/** Teaches with the gallery's photos, by one click. */
function Samples({ session }: { session: TrainingSession }) {
  const t = useTranslations('train')
  const groups = useTranslations('gallery.groups')
  const [state, setState] = useState<'idle' | 'loading' | 'failed'>('idle')
  async function start(): Promise<void> {
    setState('loading')
    try {
      const { fetchSamples } = await import('@/lib/client/training/samples')
      const name = (group: string) => (groups.has(group as 'animals') ? groups(group as 'animals') : group)
      for (const { group, files } of await fetchSamples()) session.addPhotos(session.addLabel(name(group)).id, files)
    } catch {
      setState('failed')
    }
  }
  return (
    <div className="mt-6 border-line border-t pt-3 text-sm">
      <Button variant="quiet" disabled={state === 'loading'} onClick={() => void start()}>
        <Sparkle aria-hidden /> {state === 'loading' ? t('samplesLoading') : t('samples')}
      </Button>
      <p role="alert" className="text-bad empty:hidden">
        {state === 'failed' && t('samplesFailed')}
      </p>
    </div>
  )
}
