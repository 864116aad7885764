'use client'

import { useEffect, useRef } from 'react'
import type { Area } from '@/lib/shared/crop/crop'
import { type HeatmapGrid, heatmapPixels } from '@/lib/shared/explain/heatmap'
import { PhotoPlane, placeOver } from '../crop/photo-plane'

/**
 * The heatmap over a photo that fills its frame like `object-contain`. The area outside the model's crop is as dark as
 * the regions that do not matter.
 */
export function HeatmapOverlay({
  explanation,
  opacity,
}: {
  explanation: { grid: HeatmapGrid; area: Area; image: { width: number; height: number } }
  opacity: number
}) {
  const { grid, area, image } = explanation
  const canvas = useRef<HTMLCanvasElement>(null)
  useEffect(() => {
    const { width, height, rgba } = heatmapPixels(grid)
    if (!canvas.current) return
    canvas.current.width = width
    canvas.current.height = height
    canvas.current.getContext('2d')?.putImageData(new ImageData(rgba, width, height), 0, 0)
  }, [grid])
  return (
    <div aria-hidden>
      <PhotoPlane
        image={image}
        className="overflow-hidden transition-opacity duration-150 motion-reduce:transition-none"
        style={{ opacity }}
      >
        <canvas
          ref={canvas}
          data-testid="heat"
          className="absolute shadow-[0_0_0_9999px_rgb(8_14_16/74%)]"
          style={placeOver(area, image)}
        />
      </PhotoPlane>
    </div>
  )
}
