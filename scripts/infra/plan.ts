// npm run infra:plan -- --images 1e9 --p99 200: calculates the tasks that a load needs, from measurements, and their
// cost.
import { parseArgs } from 'node:util'
import { plan, type Task } from '@/lib/shared/capacity/plan'

const { values } = parseArgs({
  options: {
    images: { type: 'string', default: '1e7' },
    p99: { type: 'string', default: '200' },
    burst: { type: 'string', default: '3' },
    batch: { type: 'string', default: '0' },
    cached: { type: 'string', default: '0' },
    regions: { type: 'string', default: '1' },
    cores: { type: 'string', default: '2' },
    'memory-gb': { type: 'string', default: '4' },
    'photo-ms': { type: 'string', default: '6.6' },
  },
})
function number(name: keyof typeof values): number {
  const value = Number(values[name])
  if (Number.isFinite(value) && value >= 0) return value
  console.error(`--${name} ${values[name]} is not a number.`)
  process.exit(2)
}

/**
 * CPU milliseconds per photo of 500 px from `npm run bench` (docs/performance.md: 5.7 over HTTP on the machine of that
 * run; docs/scaling.md: 6.0 to 6.3 for the engine in a worker). Larger photos: 13.9 at 1600 px, 28.6 at 4000 px.
 */
const photoMs = number('photo-ms')
/**
 * Linux/x86 in us-east-1, read at https://www.vantage.sh/blog/fargate-pricing and, as of March 2026, at
 * https://www.wring.co/blog/aws-fargate-pricing-guide.
 */
const PRICES = { coreHour: 0.04048, gbHour: 0.004445 }
const task: Task = { cores: number('cores'), memoryGb: number('memory-gb'), photoMs, mostUsed: 0.7, ...PRICES }
const demand = {
  images: number('images'),
  p99: number('p99'),
  burst: number('burst'),
  batch: number('batch'),
  cached: number('cached'),
  regions: number('regions'),
}
try {
  const found = plan(demand, task)
  const round = (value: number, digits = 1) => value.toLocaleString('en', { maximumFractionDigits: digits })
  const lines = [
    `${round(demand.images, 0)} photos per month: ${round(found.mean)} interactive photos/s on average, ${round(found.peak)} in the peak minute`,
    `a task with ${task.cores} cores classifies ${round(found.perTask)} photos/s within ${demand.p99} ms (p99) at 70% CPU`,
    `web tasks: at least ${found.tasks.least}, ${found.tasks.most} in the peak minute with a p99 of ${round(found.p99)} ms`,
    `batch workers: ${round(found.batchTasks, 2)} tasks on average`,
    `tasks cost $${round(found.dollars, 0)} per month on demand, without load balancers, storage and transfer`,
  ]
  console.log(lines.join('\n'))
} catch (error) {
  console.error((error as Error).message)
  process.exit(1)
}
