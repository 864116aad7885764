import type { ReactNode } from 'react'
import { FileButton } from '../ui/file-button'

interface FilePickerButtonProps {
  /** Selects a folder with everything in it, instead of files. */
  folder?: boolean
  /** File types that the dialog offers. */
  accept?: string
  /** Identifies the input in tests. Default: `files`. */
  kind?: 'files' | 'labels' | 'rerun'
  variant?: 'primary' | 'secondary'
  onFiles(files: readonly File[]): void
  children: ReactNode
}

/** A button that opens the browser's dialog for several files, or for a folder. */
export function FilePickerButton({ folder = false, kind = 'files', ...button }: FilePickerButtonProps) {
  const picks = folder ? (kind === 'files' ? 'folder' : `${kind}-folder`) : kind
  return <FileButton multiple data-picks={picks} {...(folder ? { webkitdirectory: '' } : {})} {...button} />
}
