import { type ChangeEvent, type ReactNode, useRef } from 'react'
import { Button } from '../ui/button'

interface FilePickerButtonProps {
  /** A folder with all that is in it, or files. */
  folder?: boolean
  /** What the dialog offers. */
  accept?: string
  /** What tests know it by; files, if absent. */
  picks?: 'files' | 'labels'
  variant?: 'primary' | 'secondary'
  onFiles(files: readonly File[]): void
  children: ReactNode
}

/** A button that opens the browser's dialog for files, or for a folder. */
export function FilePickerButton({
  folder = false,
  accept,
  picks = 'files',
  variant = 'secondary',
  onFiles,
  children,
}: FilePickerButtonProps) {
  const input = useRef<HTMLInputElement>(null)
  function picked({ target }: ChangeEvent<HTMLInputElement>): void {
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
        onChange={picked}
        data-picks={folder ? 'folder' : picks}
      />
      <Button variant={variant} onClick={() => input.current?.click()}>
        {children}
      </Button>
    </>
  )
}
