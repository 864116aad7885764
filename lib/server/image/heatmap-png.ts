import sharp from 'sharp'
import { type HeatGrid, heatPixels } from '@/lib/shared/explain/heat'

/** Renders a heatmap as a transparent PNG overlay, as a data: URL. */
export async function heatmapPng(grid: HeatGrid): Promise<string> {
  const { width, height, rgba } = heatPixels(grid)
  const png = await sharp(rgba, { raw: { width, height, channels: 4 } })
    .png()
    .toBuffer()
  return `data:image/png;base64,${png.toString('base64')}`
}
