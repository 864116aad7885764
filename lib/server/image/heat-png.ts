import sharp from 'sharp'
import { type HeatmapGrid, heatmapPixels } from '@/lib/shared/explain/heatmap'

/** A map as a transparent PNG to lay over a photo, as a data: URL. */
export async function heatPng(grid: HeatmapGrid): Promise<string> {
  const { width, height, rgba } = heatmapPixels(grid)
  const png = await sharp(rgba, { raw: { width, height, channels: 4 } })
    .png()
    .toBuffer()
  return `data:image/png;base64,${png.toString('base64')}`
}
