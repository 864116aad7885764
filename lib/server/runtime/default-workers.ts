import { totalmem } from 'node:os'
import { cores, ecsMetadataUri } from '../config/environment'
import { planMemory } from '../config/memory-plan'
import { cpuQuota, ecsCpus, memoryLimit, workerCount } from '../observe/resource-limits'

/** Default number of workers: one per whole CPU that this process may use, limited by its memory. */
export async function defaultWorkers(): Promise<number> {
  const byCpu = workerCount({ cores: cores(), quota: cpuQuota(), ecs: await ecsCpus(ecsMetadataUri()) })
  return Math.min(byCpu, planMemory(memoryLimit(totalmem())).workers)
}
