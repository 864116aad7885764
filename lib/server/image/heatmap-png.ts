import sharp from 'sharp'
import { type HeatmapGrid, heatmapPixels } from '@/lib/shared/explain/heatmap'

/** Renders a heatmap as a transparent PNG overlay, as a data: URL. */
export async function heatmapPng(grid: HeatmapGrid): Promise<string> {
  const { width, height, rgba } = heatmapPixels(grid)
  const png = await sharp(rgba, { raw: { width, height, channels: 4 } })
    .png()
    .toBuffer()
  return `data:image/png;base64,${png.toString('base64')}`
}
