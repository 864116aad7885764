// The test suites, with their counts read from the runners' own reports.
import { existsSync, readFileSync, rmSync } from 'node:fs'
import { tool } from './steps.mjs'

/** Runs one vitest project. A run that leaves no report or ran no test counts as a failure. */
export function runVitest(project) {
  const report = `test-results/${project}.json`
  rmSync(report, { force: true })
  console.log(`\n── ${project} tests`)
  const ok = tool('vitest', [
    'run',
    '--project',
    project,
    '--reporter=default',
    '--reporter=json',
    `--outputFile.json=${report}`,
  ])
  const { numPassedTests = 0, numFailedTests = 0, numPendingTests = 0 } = read(report)
  return count(ok, numPassedTests, numFailedTests, numPendingTests)
}

/** Runs the browser tests. */
export function runPlaywright() {
  const report = 'test-results/e2e.json'
  rmSync(report, { force: true })
  console.log('\n── browser tests')
  const ok = tool('playwright', ['test'], { PLAYWRIGHT_JSON_OUTPUT_NAME: report })
  const { expected = 0, unexpected = 0, flaky = 0, skipped = 0 } = read(report).stats ?? {}
  return count(ok, expected, unexpected + flaky, skipped)
}

function read(report) {
  return existsSync(report) ? JSON.parse(readFileSync(report, 'utf8')) : {}
}

function count(ok, passed, failed, skipped) {
  const broken = !ok && failed === 0 ? 1 : 0
  return { passed, failed: failed + broken + (passed + failed === 0 && !broken ? 1 : 0), skipped }
}
