import { isDevelopment } from '../config/environment'
import { fromRoot } from '../config/root'

/** Path of the built worker script. */
export function workerScript(): string {
  return fromRoot(isDevelopment() ? 'dist/dev/engine-worker.js' : 'dist/engine-worker.js')
}
