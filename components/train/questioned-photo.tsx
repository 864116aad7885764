import type { ReactNode } from 'react'
import type { TrainingSession } from '@/lib/client/training/session'
import type { TrainingPhoto } from '@/lib/client/training/types'
import { ExampleThumbnail } from './example-thumbnail'

interface QuestionedPhotoProps {
  session: TrainingSession
  photo: TrainingPhoto
  texts: readonly string[]
  /** Buttons that settle the question. */
  children: ReactNode
}

/** A photo about which something is asked. */
export function QuestionedPhoto({ session, photo, texts, children }: QuestionedPhotoProps) {
  return (
    <div className="flex items-start gap-3">
      <span className="relative size-14 shrink-0 overflow-hidden rounded-[7px] bg-sunk">
        <ExampleThumbnail file={session.file(photo.id)} state={photo.state} />
      </span>
      <div className="min-w-0">
        {texts.map((text) => (
          <p key={text} className="text-pretty text-ink-2 [overflow-wrap:anywhere]">
            {text}
          </p>
        ))}
        <div className="-mx-2 flex flex-wrap">{children}</div>
      </div>
    </div>
  )
}
