// npm run infra:plan -- --images 1e9 --p99 200: how many tasks a demand takes, from what was measured, and what they
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
  console.error(`--${name} ${values[name]} is no number.`)
  process.exit(2)
}

/**
 * CPU milliseconds of a photo of 500 pixels: `npm run bench` (docs/performance.md: 5.7 over HTTP, on the machine of
 * that run; docs/scaling.md: 6.0 to 6.3 for the engine in a worker). A larger photo: 13.9 at 1600 pixels, 28.6 at 4000.
 */
const photoMs = number('photo-ms')
/**
 * Linux/x86 in us-east-1, read at https://www.vantage.sh/blog/fargate-pricing, and the same of March 2026 at
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
    `${round(demand.images, 0)} photos a month: ${round(found.mean)} a second for people, ${round(found.peak)} in the busiest minute`,
    `a task of ${task.cores} cores answers ${round(found.perTask)} a second within ${demand.p99} ms (p99) and at 70 % of its cores`,
    `web tasks: ${found.tasks.least} at least, ${found.tasks.most} in the busiest minute; p99 there ${round(found.p99)} ms`,
    `batch workers: ${round(found.batchTasks, 2)} tasks' worth, all the time`,
    `tasks cost $${round(found.dollars, 0)} a month, on demand, without load balancers, storage and transfer`,
  ]
  console.log(lines.join('\n'))
} catch (error) {
  console.error((error as Error).message)
  process.exit(1)
}
