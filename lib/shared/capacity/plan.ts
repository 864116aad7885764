import { highestRate, responseQuantile } from './queueing'

const SECONDS_PER_MONTH = 730 * 3600
const HOURS_PER_MONTH = 730

/** The requirements of a deployment. */
export interface Demand {
  /** Photos per month over all regions. */
  images: number
  /** 99th percentile of the server's response time, in milliseconds. */
  p99: number
  /** Ratio of the busiest minute to the mean. */
  burst: number
  /** Share of photos that may wait: batches, which use the capacity that interactive requests leave free. */
  batch: number
  /** Share of photos whose results come from the cache. */
  cached: number
  regions: number
}

/** The resources and cost of a task. */
export interface Task {
  cores: number
  memoryGb: number
  /** CPU milliseconds per photo on one core. */
  photoMs: number
  /** Maximum CPU utilization at the peak; above it, scaling out comes too late. */
  mostUsed: number
  /** Dollars per hour. */
  coreHour: number
  gbHour: number
}

export interface Plan {
  /** Interactive photos per second that reach the workers: the mean and the busiest minute. */
  mean: number
  peak: number
  /** Photos per second that one task handles within the p99. */
  perTask: number
  /** Web tasks over all regions: the minimum, and in the busiest minute. */
  tasks: { least: number; most: number }
  /** Batch work in tasks, if spread evenly over time. */
  batchTasks: number
  /** Expected at the peak, in milliseconds. */
  p99: number
  /** Dollars per month for tasks, without load balancers, storage and data transfer. */
  dollars: number
}

/** Two per region, in two zones, so that one may fail. */
const MIN_PER_REGION = 2

/**
 * Calculates how many tasks meet the requirements and what they cost. Traffic splits evenly over the regions. A load
 * balancer distributes photos over tasks, and each task is a queue of its own (M/M/c, c its cores). This is an upper
 * bound: load balancers do better than random, and service times vary less.
 */
export function plan(demand: Demand, task: Task): Plan {
  const all = demand.images / SECONDS_PER_MONTH
  const uncached = all * (1 - demand.cached)
  const mean = uncached * (1 - demand.batch)
  const peak = mean * demand.burst
  const queue = { servers: task.cores, service: task.photoMs / 1000 }
  const rateWithinP99 = highestRate(queue, 0.99, demand.p99 / 1000)
  const perTask = Math.min(rateWithinP99, task.mostUsed * (queue.servers / queue.service))
  if (perTask === 0) {
    throw new Error(
      `No number of tasks meets a p99 of ${demand.p99} ms: one photo in a hundred takes longer even without any load.`,
    )
  }
  const inRegion = (rate: number) => Math.max(MIN_PER_REGION, Math.ceil(rate / demand.regions / perTask))
  const most = demand.regions * inRegion(peak)
  const usual = demand.regions * inRegion(mean)
  const batchTasks = (uncached * demand.batch * queue.service) / task.cores / task.mostUsed
  // Scaling follows the load. Batch work needs workers of its own for what the usual web tasks can't absorb.
  const dollars = (usual + batchTasks) * HOURS_PER_MONTH * (task.cores * task.coreHour + task.memoryGb * task.gbHour)
  const p99 = 1000 * responseQuantile({ ...queue, rate: peak / most }, 0.99)
  return { mean, peak, perTask, tasks: { least: demand.regions * MIN_PER_REGION, most }, batchTasks, p99, dollars }
}
