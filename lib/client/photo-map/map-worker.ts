import { layOut } from '@/lib/shared/photo-map/lay-out'
import { readVectors } from '@/lib/shared/photo-map/vectors-file'
import { Problem } from '@/lib/shared/problems/problem'
import type { FromMapWorker } from './make-map'

/** The page is told about progress so often (milliseconds). */
const REPORT_MS = 100

/** Lays out the photos of one file of vectors beside the page. To end it, the page ends the worker. */
self.onmessage = ({ data }: MessageEvent<Uint8Array>) => {
  try {
    const vectors = readVectors(data)
    let reported = performance.now()
    const work = layOut(vectors, (done) => {
      if (performance.now() - reported < REPORT_MS) return
      reported = performance.now()
      self.postMessage({ done } satisfies FromMapWorker)
    })
    let step = work.next()
    while (!step.done) step = work.next()
    self.postMessage({ map: { points: step.value, indices: vectors.indices, of: vectors.of } } satisfies FromMapWorker)
  } catch (error) {
    const fault = error instanceof Problem ? error.detail : String(error)
    self.postMessage({ fault } satisfies FromMapWorker)
  }
}
