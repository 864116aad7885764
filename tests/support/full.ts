import { describe, type TestContext, test } from 'vitest'

/** Whether this is `npm run test:full`, which repeats at every step and at full size what `npm test` shows once. */
export const FULL = process.env.TEST_FULL === '1'

/** Whether this is `npm test -- extended`. */
export const EXTENDED = process.env.TEST_EXTENDED === '1'

/** A test that only `npm test -- extended` runs: it repeats for another case what others show. */
export function extendedTest(name: string, run: (context: TestContext) => Promise<void>, timeout?: number): void {
  if (EXTENDED) test(name, run, timeout)
}

/** Tests that only `npm test -- extended` runs. */
export function extendedSuite(name: string, tests: () => void): void {
  if (EXTENDED) describe(name, () => tests())
}

/** A test that only `npm run test:full` runs. */
export function fullTest(name: string, run: (context: TestContext) => Promise<void>, timeout?: number): void {
  if (FULL) test(name, run, timeout)
}
