import { type ComponentProps, useState } from 'react'
import { Button } from './button'

interface ConfirmButtonProps extends Omit<ComponentProps<typeof Button>, 'onClick' | 'autoFocus'> {
  /** The answers. */
  yes: string
  no: string
  onConfirm(): void
}

/** A button that asks back, because what it does can't be undone. The answer that changes nothing has the focus. */
export function ConfirmButton({ yes, no, onConfirm, ...button }: ConfirmButtonProps) {
  const [state, setState] = useState<'initial' | 'asking' | 'declined'>('initial')
  if (state !== 'asking') {
    return <Button variant="quiet" {...button} autoFocus={state === 'declined'} onClick={() => setState('asking')} />
  }
  return (
    <span className="flex flex-wrap items-center gap-2">
      <Button className="text-bad!" onClick={onConfirm}>
        {yes}
      </Button>
      <Button variant="quiet" autoFocus onClick={() => setState('declined')}>
        {no}
      </Button>
    </span>
  )
}
