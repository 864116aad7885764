/** More workers than this gain little: they share the memory's bandwidth. */
const MAX_WORKERS = 8
/** Where the browser doesn't say how much memory there is. */
const UNKNOWN_MEMORY_GB = 4
/** What a worker may need: two runtimes, the model, and a decoded photo of 50 megapixels. */
const WORKER_GB = 0.5
/** How much of the memory workers may use. */
const SHARE = 0.5

/**
 * How many workers classify photos of a batch at the same time: one per core, but the page keeps a core, and the
 * memory has to suffice. On two cores, two: one decodes while the other runs.
 */
export function poolSize({
  hardwareConcurrency,
  deviceMemory = UNKNOWN_MEMORY_GB,
}: {
  hardwareConcurrency: number
  /** Gigabytes, rounded by the browser. */
  deviceMemory?: number
}): number {
  const byCores = hardwareConcurrency <= 2 ? hardwareConcurrency : hardwareConcurrency - 1
  const byMemory = Math.floor((SHARE * deviceMemory) / WORKER_GB)
  return Math.max(1, Math.min(MAX_WORKERS, byCores, byMemory))
}
