import { expect, test } from 'vitest'
import { type Demand, plan, type Task } from './plan'

const task: Task = { cores: 2, memoryGb: 4, photoMs: 7, mostUsed: 0.7, coreHour: 0.04, gbHour: 0.004 }
const demand: Demand = { images: 1e9, p99: 200, burst: 3, batch: 0, cached: 0, regions: 1 }

test('more photos need more tasks, and at least two per region', () => {
  const months = [1e3, 1e5, 1e7, 1e8, 1e9].map((images) => plan({ ...demand, images }, task).tasks.most)
  expect(months.slice(0, 2)).toEqual([2, 2])
  expect([...months].sort((a, b) => a - b)).toEqual(months)
  expect(plan({ ...demand, images: 1e3, regions: 3 }, task).tasks).toEqual({ least: 6, most: 6 })
})

test('meets the p99 with reserve for scaling', () => {
  for (const p99 of [50, 100, 200]) {
    const found = plan({ ...demand, p99 }, task)
    expect(found.p99).toBeLessThanOrEqual(p99)
    expect(found.perTask * task.photoMs).toBeLessThanOrEqual(1000 * task.cores * task.mostUsed + 1e-6)
  }
  expect(() => plan({ ...demand, p99: 10 }, task)).toThrow('No number of tasks')
})

test('cached photos need no worker, and batch photos need no reserve for the peak', () => {
  const [plain, cached, batch] = [{}, { cached: 0.5 }, { batch: 0.5 }].map((part) => plan({ ...demand, ...part }, task))
  expect(cached?.peak).toBeCloseTo((plain?.peak ?? 0) / 2)
  expect(batch?.tasks.most).toBeLessThan(plain?.tasks.most ?? 0)
  expect(batch?.batchTasks).toBeGreaterThan(0)
  expect(batch?.mean).toBeCloseTo((plain?.mean ?? 0) / 2)
})
