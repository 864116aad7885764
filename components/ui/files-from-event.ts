import { fromEvent } from 'file-selector'
import type { DropzoneOptions } from 'react-dropzone'
import { slices } from '@/lib/client/event-loop/slices'

/**
 * The files that were dropped or chosen. Their sizes are read in slices: the dropzone compares all of them with
 * its limits in one go, which takes half a millisecond for each that is not known yet.
 */
export const filesFromEvent: NonNullable<DropzoneOptions['getFilesFromEvent']> = async (event) => {
  const files = await fromEvent(event)
  const turn = slices()
  for (const file of files) {
    if (!(file instanceof File)) continue // Only named while they are still dragged.
    await turn()
    void file.size
  }
  return files
}
