import { fetchVectors, listJobPhotos } from '../batch/api'

/** Where the photos of a batch lie. */
export interface PhotoMap {
  /** x and y of each photo in turn. */
  points: Float32Array
  /** Their names. */
  files: readonly string[]
  /** Number of photos that could be on it: more than there are if these are a selection. */
  of: number
}

interface ComputedMap extends Pick<PhotoMap, 'points' | 'of'> {
  /** Which photo of the job each of them is. */
  indices: Int32Array
}

/** What the worker sends: how far it is, from 0 to 1, then the map, or why there is none. */
export type FromMapWorker = { done: number } | { map: ComputedMap } | { fault: string }

/** How far a map is: loading or computing, and the share that is done, from 0 to 1. */
export interface MapProgress {
  step: 'loading' | 'computing'
  done: number
}

/** The worker failed, which a second try may not change. */
export class MapFault extends Error {
  override readonly name = 'MapFault'
}

/**
 * Makes the map of a job's photos, in a worker of its own.
 *
 * @throws Failure if the vectors can't be loaded, MapFault if the worker fails, the signal's reason
 */
export async function makeMap(
  job: string,
  onProgress: (progress: MapProgress) => void,
  signal: AbortSignal,
): Promise<PhotoMap> {
  onProgress({ step: 'loading', done: 0 })
  const [file, names] = await Promise.all([
    fetchVectors(job, (done) => onProgress({ step: 'loading', done }), signal),
    listJobPhotos(job),
  ])
  signal.throwIfAborted()
  onProgress({ step: 'computing', done: 0 })
  const { indices, ...map } = await computeMap(file, (done) => onProgress({ step: 'computing', done }), signal)
  return { ...map, files: Array.from(indices, (index) => names[index] ?? '') }
}

function computeMap(
  file: Uint8Array<ArrayBuffer>,
  onProgress: (done: number) => void,
  signal: AbortSignal,
): Promise<ComputedMap> {
  const worker = new Worker(new URL('./map-worker.ts', import.meta.url), { type: 'module' })
  return new Promise<ComputedMap>((resolve, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { once: true })
    worker.onmessage = ({ data }: MessageEvent<FromMapWorker>) => {
      if ('done' in data) onProgress(data.done)
      else if ('map' in data) resolve(data.map)
      else reject(new MapFault(data.fault))
    }
    worker.onerror = ({ message }) => reject(new MapFault(message))
    worker.postMessage(file, [file.buffer])
  }).finally(() => worker.terminate())
}
