import { fromEvent } from 'file-selector'
import type { DropzoneOptions } from 'react-dropzone'

/** Files whose size is read before the page may do something else: each is a question to the browser and the disk. */
const FILES_AT_ONCE = 16

/**
 * The files that were dropped or chosen. Their sizes are read a few at a time: the dropzone compares all of them with
 * its limits in one go, which takes half a millisecond for each that is not known yet.
 */
export const filesFromEvent: NonNullable<DropzoneOptions['getFilesFromEvent']> = async (event) => {
  const files = await fromEvent(event)
  for (const [at, file] of files.entries()) {
    if (!(file instanceof File)) continue // Only named while they are still dragged.
    void file.size
    if (at % FILES_AT_ONCE === FILES_AT_ONCE - 1) await new Promise((resolve) => setTimeout(resolve))
  }
  return files
}
