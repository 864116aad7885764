import { cores, ecsMetadataUri } from './env'
import { cpuQuota, ecsCpus, workerCount } from './observe/limits'

/** Workers where nothing says how many: one a whole CPU that this process may use. */
export async function defaultWorkers(): Promise<number> {
  return workerCount({ cores: cores(), quota: cpuQuota(), ecs: await ecsCpus(ecsMetadataUri()) })
}
