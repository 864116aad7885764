import { type TestContext, test } from 'vitest'

/** Whether this is `npm run test:full`, which repeats at every step and at full size what `npm test` shows once. */
export const FULL = process.env.TEST_FULL === '1'

/** A test that only `npm run test:full` runs. */
export function fullTest(name: string, run: (context: TestContext) => Promise<void>, timeout?: number): void {
  if (FULL) test(name, run, timeout)
}
