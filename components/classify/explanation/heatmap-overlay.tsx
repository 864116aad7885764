'use client'

import { useEffect, useRef } from 'react'
import type { Explanation } from '@/lib/shared/contract/explain'
import { heatmapPixels } from '@/lib/shared/explain/heatmap'

/**
 * The heatmap over a photo that fills its frame like `object-contain`. The area outside the model's crop is as dark as
 * the regions that do not matter.
 */
export function HeatmapOverlay({ explanation, opacity }: { explanation: Explanation; opacity: number }) {
  const { grid, area, image } = explanation
  const canvas = useRef<HTMLCanvasElement>(null)
  useEffect(() => {
    const { width, height, rgba } = heatmapPixels(grid)
    if (!canvas.current) return
    canvas.current.width = width
    canvas.current.height = height
    canvas.current.getContext('2d')?.putImageData(new ImageData(rgba, width, height), 0, 0)
  }, [grid])
  const percent = (part: number, whole: number) => `${(100 * part) / whole}%`
  const ratio = image.width / image.height
  return (
    <div aria-hidden className="pointer-events-none absolute inset-0 grid place-items-center [container-type:size]">
      <div
        className="relative overflow-hidden transition-opacity duration-150 motion-reduce:transition-none"
        style={{ width: `min(100cqw, ${100 * ratio}cqh)`, aspectRatio: ratio, opacity }}
      >
        <canvas
          ref={canvas}
          data-testid="heat"
          className="absolute shadow-[0_0_0_9999px_rgb(8_14_16/74%)]"
          style={{
            left: percent(area.left, image.width),
            top: percent(area.top, image.height),
            width: percent(area.width, image.width),
            height: percent(area.height, image.height),
          }}
        />
      </div>
    </div>
  )
}
