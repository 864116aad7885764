import type { Trained } from '@/lib/shared/training/folder/evaluation'
import { failureOf } from '../device/failures'
import type { FromTrainWorker, ToTrainWorker } from './train-protocol'

/**
 * Trains a model in a worker, which ends with the training.
 *
 * @throws Failure, or the signal's reason
 */
export function trainHere(
  request: ToTrainWorker,
  signal: AbortSignal,
  onProgress: (share: number) => void,
): Promise<Trained> {
  signal.throwIfAborted()
  const worker = new Worker(new URL('./train-worker.ts', import.meta.url), { type: 'module' })
  let abort = () => {}
  return new Promise<Trained>((resolve, reject) => {
    abort = () => reject(signal.reason)
    signal.addEventListener('abort', abort)
    worker.onmessage = ({ data }: MessageEvent<FromTrainWorker>) => {
      if ('progress' in data) onProgress(data.progress)
      else if ('trained' in data) resolve(data.trained)
      else reject(data.failure)
    }
    worker.onerror = (event) => {
      event.preventDefault()
      reject(failureOf(new RangeError(event.message)))
    }
    worker.postMessage(request)
  }).finally(() => {
    signal.removeEventListener('abort', abort)
    worker.terminate()
  })
}
