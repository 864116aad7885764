import { type ChangeEvent, type ComponentProps, type ReactNode, useRef } from 'react'
import { Button } from './button'

interface FileButtonProps extends Pick<ComponentProps<'input'>, 'accept' | 'multiple' | 'capture'> {
  /** Chooses a folder instead of files. React's types don't know the attribute. */
  webkitdirectory?: ''
  variant?: ComponentProps<typeof Button>['variant']
  onFiles(files: readonly File[]): void
  children: ReactNode
}

/**
 * A button that opens the browser's dialog for files, or a folder with `webkitdirectory`; with `capture`, a phone's
 * camera app.
 */
export function FileButton({ variant = 'secondary', onFiles, children, ...input }: FileButtonProps) {
  const field = useRef<HTMLInputElement>(null)
  function handleChange({ target }: ChangeEvent<HTMLInputElement>): void {
    onFiles([...(target.files ?? [])])
    // Otherwise, choosing the same file again would not be a change.
    target.value = ''
  }
  return (
    <>
      <input ref={field} type="file" hidden onChange={handleChange} {...input} />
      <Button variant={variant} onClick={() => field.current?.click()}>
        {children}
      </Button>
    </>
  )
}
