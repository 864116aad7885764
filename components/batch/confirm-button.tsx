import { type ReactNode, useState } from 'react'
import { Button } from '../ui/button'

interface ConfirmButtonProps {
  /** The answers. */
  yes: string
  no: string
  onConfirm(): void
  children: ReactNode
}

/** A button that asks back, because what it does can't be undone. The answer that changes nothing has the focus. */
export function ConfirmButton({ yes, no, onConfirm, children }: ConfirmButtonProps) {
  const [state, setState] = useState<'initial' | 'asking' | 'declined'>('initial')
  if (state !== 'asking') {
    return (
      <Button variant="quiet" autoFocus={state === 'declined'} onClick={() => setState('asking')}>
        {children}
      </Button>
    )
  }
  return (
    <span className="flex flex-wrap items-center gap-2">
      <Button className="text-bad" onClick={onConfirm}>
        {yes}
      </Button>
      <Button variant="quiet" autoFocus onClick={() => setState('declined')}>
        {no}
      </Button>
    </span>
  )
}
