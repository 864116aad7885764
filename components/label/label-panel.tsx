import { Grid2x2, Redo2, Undo2 } from 'lucide-react'
import { type ReactNode, useEffect, useRef, useState } from 'react'
import { useTranslations } from 'use-intl'
import type { LabelQueue, LabelQueueState } from '@/lib/client/labeling/label-queue'
import type { TrainingSession } from '@/lib/client/training/session'
import type { TrainingPhoto, TrainingSnapshot } from '@/lib/client/training/types'
import { focusIsLost } from '../ui/focus-is-lost'
import { Switch } from '../ui/switch'
import { Announcement } from './announcement'
import { GuessList } from './guess-list'
import { Key } from './key'
import { LabelField } from './label-field'
import { PhotoGroup } from './photo-group'
import { PhotoStage } from './photo-stage'
import { PickedLabels } from './picked-labels'
import { useLabelKeys } from './use-label-keys'
import { usePhotoGuesses } from './use-photo-guesses'
import { usePhotoUrl } from './use-photo-urls'
import { usePickedLabels } from './use-picked-labels'

interface LabelPanelProps {
  session: TrainingSession
  state: TrainingSnapshot
  queue: LabelQueue
  position: LabelQueueState
  photo: TrainingPhoto
  /** Whether the next photo is still being chosen. */
  waits: boolean
}

/** One photo, or several alike, and everything that gives it a label: keys, buttons, and a field. */
export function LabelPanel({ session, state, queue, position, photo, waits }: LabelPanelProps) {
  const t = useTranslations('label')
  const train = useTranslations('train')
  const region = useRef<HTMLDivElement>(null)
  const field = useRef<HTMLInputElement>(null)
  const { photos, labels, model, multiLabel } = state
  const { group, canUndo } = position
  const [left, setLeft] = useState<ReadonlySet<number>>(new Set())
  const picks = usePickedLabels(photo.id)
  const embedded = session.embeddingOf(photo.id)
  const guessing = { head: model?.head ?? null, guesser: position.guesser }
  const guesses = usePhotoGuesses(photo.id, guessing, embedded, labels)
  const url = usePhotoUrl(session, photo.id, position.next)
  const shown = group && photos.filter(({ id }) => group.includes(id))
  const chosen = shown?.filter(({ id }) => !left.has(id)).map(({ id }) => id)
  const focus = () => region.current?.focus({ preventScroll: true })
  useEffect(() => {
    // The title has it after the message that was here before.
    if (focusIsLost() || document.activeElement?.matches('[data-label-title]'))
      region.current?.focus({ preventScroll: true })
  }, [])
  function give(names: readonly string[]): void {
    queue.label(names, chosen)
    setLeft(new Set())
    picks.clear()
  }
  function choose(label: string | undefined): void {
    if (label === undefined) return
    if (multiLabel) picks.toggle(label)
    else give([label])
  }
  function toggle(id: number): void {
    const next = new Set(left)
    if (!next.delete(id)) next.add(id)
    setLeft(next)
  }
  const keys = {
    onGuess: (guess: number) => choose(guesses.list[guess]?.label),
    onSkip: () => queue.skip(),
    onUndo: () => queue.undo(),
    onSeveral: () => {
      setLeft(new Set())
      void queue.setGroup(group === null)
    },
    onDone: multiLabel ? () => give(picks.list) : null,
    onType: () => field.current?.focus(),
  }
  useLabelKeys(region, keys)
  return (
    <div
      ref={region}
      // Screen readers pass all keys on to the page here.
      role="application"
      aria-label={t('title')}
      aria-describedby="label-keys"
      tabIndex={-1}
      className="mt-4 grid grid-cols-[minmax(0,1fr)] items-start gap-x-8 gap-y-4 outline-none lg:grid-cols-[minmax(0,1fr)_22rem]"
    >
      {shown ? (
        <PhotoGroup session={session} photos={shown} left={left} onToggle={toggle} />
      ) : (
        <PhotoStage photo={photo} url={url} dimmed={waits} />
      )}
      <div className="grid grid-cols-[minmax(0,1fr)] gap-4">
        <GuessList guesses={guesses} picked={multiLabel ? picks.list : null} onChoose={choose} />
        <div>
          <LabelField ref={field} labels={labels} onChoose={choose} onLeave={focus} />
        </div>
        {multiLabel && <PickedLabels picked={picks.list} onDone={() => give(picks.list)} />}
        <div className="grid grid-cols-3 gap-2">
          <Action onClick={keys.onUndo} disabled={!canUndo} shortcut="ArrowLeft" sign="←">
            <Undo2 aria-hidden /> {t('undo')}
          </Action>
          <Action onClick={keys.onSkip} shortcut="ArrowRight" sign="→">
            <Redo2 aria-hidden /> {t('skip')}
          </Action>
          <Action onClick={keys.onSeveral} pressed={group !== null} shortcut="0" sign="0">
            <Grid2x2 aria-hidden /> {t('several')}
          </Action>
        </div>
        <p id="label-keys" className="text-pretty text-ink-3 text-xs pointer-coarse:hidden">
          {t(multiLabel ? 'keysSeveral' : 'keys')}
        </p>
        <Switch
          label={train('multiLabel')}
          hint={t('severalHint')}
          checked={multiLabel}
          onChange={(on) => session.setMultiLabel(on)}
        />
      </div>
      <Announcement photo={photo} last={position.last} guesses={guesses} several={shown?.length ?? 1} />
    </div>
  )
}

interface ActionProps {
  onClick(): void
  disabled?: boolean
  pressed?: boolean
  /** The key, as screen readers know it and as it is shown. */
  shortcut: string
  sign: string
  children: ReactNode
}

function Action({ onClick, disabled = false, pressed, shortcut, sign, children }: ActionProps) {
  return (
    <button
      type="button"
      onClick={onClick}
      // Stays focusable: the focus would be lost with the last step.
      aria-disabled={disabled}
      aria-pressed={pressed}
      aria-keyshortcuts={shortcut}
      className="flex min-h-11 flex-wrap items-center justify-center gap-x-2 gap-y-1 rounded-card border border-line-2 bg-card px-2 py-1.5 font-semibold text-sm hover:bg-sunk aria-disabled:text-ink-3 aria-pressed:border-accent aria-pressed:bg-accent-soft pointer-fine:[&_svg]:hidden [&_svg]:size-4"
    >
      {children}
      <Key>{sign}</Key>
    </button>
  )
}
