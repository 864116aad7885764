import type { PictureType } from './picture-worker'
import { runPictureTask } from './run-picture-task'

/**
 * Encodes what a canvas shows, in a worker where the browser can: on a page that is busy drawing, Chromium's own
 * `toBlob` waits for an idle moment, up to a second for each JPEG.
 *
 * @param quality 0 to 1
 * @throws Error if the canvas can't be encoded, for example because it has no pixels
 */
export async function encodeCanvas(canvas: HTMLCanvasElement, type: PictureType, quality: number): Promise<Blob> {
  const bitmap = await createImageBitmap(canvas)
  const picture = (await runPictureTask({ bitmap, type, quality })) ?? (await encodeOnPage(canvas, type, quality))
  if (!picture) throw new Error('the canvas could not be encoded')
  return picture
}

function encodeOnPage(canvas: HTMLCanvasElement, type: PictureType, quality: number): Promise<Blob | null> {
  return new Promise((resolve) => canvas.toBlob(resolve, type, quality))
}
