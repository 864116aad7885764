import { highestRate, responseQuantile } from './queueing'

const SECONDS_A_MONTH = 730 * 3600
const HOURS_A_MONTH = 730

/** What is asked of a deployment. */
export interface Demand {
  /** Photos a month, over all regions. */
  images: number
  /** Milliseconds within which 99 of 100 people have their answer, from the server's side. */
  p99: number
  /** The busiest minute over the mean. */
  burst: number
  /** Share of photos that may wait: batches, which fill what people leave. */
  batch: number
  /** Share of photos that were answered before and come from the cache. */
  cached: number
  regions: number
}

/** What a task has and costs. */
export interface Task {
  cores: number
  memoryGb: number
  /** CPU milliseconds that a photo costs on one core. */
  photoMs: number
  /** Share of the cores' time that may be used at the peak; above it a scale-out comes too late. */
  mostUsed: number
  /** Dollars an hour. */
  coreHour: number
  gbHour: number
}

export interface Plan {
  /** Photos a second for people that reach the workers: the mean, and the busiest minute. */
  mean: number
  peak: number
  /** Photos a second that one task answers within the p99. */
  perTask: number
  /** Web tasks over all regions: at least, and in the busiest minute. */
  tasks: { least: number; most: number }
  /** Tasks' worth of batch work, as if it ran all the time. */
  batchTasks: number
  /** Expected at the peak, in milliseconds. */
  p99: number
  /** Dollars a month for tasks, without load balancers, storage and transfer. */
  dollars: number
}

/** Two in each region, in two zones: one may be lost. */
const LEAST_A_REGION = 2

/**
 * How many tasks answer a demand, and what they cost. Each region has its share; a balancer spreads photos over tasks, and each task is a queue of its
 * own (M/M/c, c its cores): an upper bound, since balancers do better than chance and photos take more even times.
 */
export function plan(demand: Demand, task: Task): Plan {
  const all = demand.images / SECONDS_A_MONTH
  const worked = all * (1 - demand.cached)
  const mean = worked * (1 - demand.batch)
  const peak = mean * demand.burst
  const queue = { servers: task.cores, service: task.photoMs / 1000 }
  const within = highestRate(queue, 0.99, demand.p99 / 1000)
  const perTask = Math.min(within, task.mostUsed * (queue.servers / queue.service))
  if (perTask === 0) {
    throw new Error(
      `No number of tasks answers within ${demand.p99} ms: a photo alone takes longer for one in a hundred.`,
    )
  }
  const inRegion = (rate: number) => Math.max(LEAST_A_REGION, Math.ceil(rate / demand.regions / perTask))
  const most = demand.regions * inRegion(peak)
  const usual = demand.regions * inRegion(mean)
  const batchTasks = (worked * demand.batch * queue.service) / task.cores / task.mostUsed
  // Scaling follows the load; batches need what the usual web tasks do not: workers of their own.
  const dollars = (usual + batchTasks) * HOURS_A_MONTH * (task.cores * task.coreHour + task.memoryGb * task.gbHour)
  const p99 = 1000 * responseQuantile({ ...queue, rate: peak / most }, 0.99)
  return { mean, peak, perTask, tasks: { least: demand.regions * LEAST_A_REGION, most }, batchTasks, p99, dollars }
}
