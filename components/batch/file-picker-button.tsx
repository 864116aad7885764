import { type ChangeEvent, type ReactNode, useRef } from 'react'
import { Button } from '../ui/button'

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

/** A button that opens the browser's file or folder dialog. */
export function FilePickerButton({
  folder = false,
  accept,
  kind = 'files',
  variant = 'secondary',
  onFiles,
  children,
}: FilePickerButtonProps) {
  const input = useRef<HTMLInputElement>(null)
  function handleChange({ target }: ChangeEvent<HTMLInputElement>): void {
    onFiles([...(target.files ?? [])])
    target.value = ''
  }
  return (
    <>
      <input
        ref={input}
        type="file"
        multiple
        hidden
        {...(folder ? { webkitdirectory: '' } : {})}
        {...(accept === undefined ? {} : { accept })}
        onChange={handleChange}
        data-picks={folder ? (kind === 'files' ? 'folder' : `${kind}-folder`) : kind}
      />
      <Button variant={variant} onClick={() => input.current?.click()}>
        {children}
      </Button>
    </>
  )
}
