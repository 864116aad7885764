import { totalmem } from 'node:os'
import { declareProduction, readEnvironment } from '../config/environment'
import { planMemory } from '../config/memory-plan'
import { prestartWorker } from '../engine/fork-worker'
import { memoryLimit } from '../observe/resource-limits'
import { workerScript } from './worker-script'

/**
 * Starts what takes longest, the first worker process, before the rest of the server's code is loaded. It needs little
 * of that code itself. Problems are left to the start proper, which reports them.
 */
export function prestart(): void {
  declareProduction()
  try {
    const { API_URL, INFERENCE, MAX_QUEUE_BYTES } = readEnvironment()
    if (API_URL !== undefined || INFERENCE === 'browser') return
    const { scarce } = planMemory(memoryLimit(totalmem()), MAX_QUEUE_BYTES)
    prestartWorker({ script: workerScript(), scarceMemory: scarce })
  } catch {}
}
