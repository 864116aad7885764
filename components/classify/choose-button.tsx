import { Upload } from 'lucide-react'
import type { ReactNode } from 'react'
import { Button } from '../ui/button'

interface ChooseButtonProps {
  onBrowse(): void
  children: ReactNode
}

/** Opens the file dialog from a start page. On phones, the one primary button is the camera's, beside it. */
export function ChooseButton({ onBrowse, children }: ChooseButtonProps) {
  return (
    <Button
      variant="primary"
      onClick={onBrowse}
      className="pointer-coarse:border pointer-coarse:border-line-2 pointer-coarse:bg-card pointer-coarse:text-ink"
    >
      <Upload aria-hidden /> {children}
    </Button>
  )
}
