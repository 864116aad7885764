import { readEnvironment } from '@/lib/server/config/environment'
import { fromRoot } from '@/lib/server/config/root'

/** The data folder of a server that is started in this environment. */
export function defaultDataDir(): string {
  return fromRoot(readEnvironment().DATA_DIR)
}
