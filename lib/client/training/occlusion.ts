import type { Area } from '@/lib/shared/crop/crop'
import type { HeatmapGrid } from '@/lib/shared/explain/heatmap'
import type { BaseFeatures } from '@/lib/shared/training/example'
import { type Head, headScorer } from '@/lib/shared/training/head'
import type { PhotoEmbedding } from '../device/protocol'
import { encodeCanvas } from '../photos/encode-canvas'

/** What a heat map over a photo needs. */
export interface HeatMap {
  grid: HeatmapGrid
  area: Area
  image: { width: number; height: number }
}

export interface OcclusionOptions {
  head: Head
  /** Index of the label to explain. */
  label: number
  /** The embedding of the whole photo. */
  photo: PhotoEmbedding
  embed(file: Blob): Promise<PhotoEmbedding>
  onProgress(share: number): void
}

/** Cells per side. */
const CELLS = 9
/** Side of the gray square that hides a part, in cells. */
const HIDDEN = 2.4
/** Pixels per side of the pictures that are sent: about the input size of the models. */
const SIDE = 288
/** Pictures at a time. */
const LANES = 4
const GRAY = '#808080'
const QUALITY = 0.92

/**
 * Which parts of a photo speak for a label, by occlusion: a gray square hides one part after another, and the label's
 * lead over the best other label shrinks where it matters. Source: Zeiler and Fergus, Visualizing and Understanding
 * Convolutional Networks, 2014. The model isn't saved yet, so the page itself does this, with one embedding per part.
 */
export async function occlusionMap(file: Blob, options: OcclusionOptions): Promise<HeatMap> {
  const { head, label, photo, embed, onProgress } = options
  const lead = leadOf(head, label)
  const whole = lead(photo)
  const bitmap = await createImageBitmap(file)
  const values = new Array<number>(CELLS * CELLS).fill(0)
  let [next, done] = [0, 0]
  async function lane(): Promise<void> {
    while (next < values.length) {
      const cell = next++
      values[cell] = whole - lead(await embed(await hide(bitmap, photo.area, cell)))
      onProgress(++done / values.length)
    }
  }
  try {
    await Promise.all(Array.from({ length: LANES }, lane))
  } finally {
    bitmap.close()
  }
  return { grid: { width: CELLS, height: CELLS, values }, area: photo.area, image: photo.image }
}

/** How far a label is ahead of the best other label, in logits; where several labels may apply, its own logit. */
function leadOf(head: Head, label: number): (photo: BaseFeatures) => number {
  const score = headScorer(head)
  return (photo) => {
    const { logits } = score(photo)
    if (head.multiLabel) return logits[label] ?? 0
    const others = logits.filter((_, index) => index !== label)
    return (logits[label] ?? 0) - Math.max(...others)
  }
}

/** The part of the photo that the model receives, with a cell hidden. */
function hide(bitmap: ImageBitmap, area: Area, cell: number): Promise<Blob> {
  const canvas = document.createElement('canvas')
  canvas.width = SIDE
  canvas.height = SIDE
  const context = canvas.getContext('2d')
  if (!context) throw new Error('no canvas')
  context.imageSmoothingQuality = 'high'
  context.fillStyle = GRAY
  context.fillRect(0, 0, SIDE, SIDE)
  context.drawImage(bitmap, area.left, area.top, area.width, area.height, 0, 0, SIDE, SIDE)
  const size = SIDE / CELLS
  const start = (at: number) => (at + 0.5 - HIDDEN / 2) * size
  context.fillRect(start(cell % CELLS), start(Math.floor(cell / CELLS)), HIDDEN * size, HIDDEN * size)
  return encodeCanvas(canvas, 'image/jpeg', QUALITY)
}
