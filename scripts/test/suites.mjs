// The test suites, with their counts and the names of failed tests read from the runners' own reports.
import { existsSync, readFileSync, rmSync } from 'node:fs'
import { relative } from 'node:path'
import { tool } from '../steps.mjs'
import { chromiumPath } from '../tools/chromium.mjs'

/** Runs projects of vitest. A run that leaves no report or ran no test counts as a failure. */
export function runVitest(...projects) {
  const [name] = projects
  const report = `test-results/${name}.json`
  rmSync(report, { force: true })
  console.log(`\n── ${name} tests`)
  const ok = tool('vitest', [
    'run',
    ...projects.flatMap((project) => ['--project', project]),
    '--reporter=default',
    '--reporter=json',
    `--outputFile.json=${report}`,
  ])
  const { numPassedTests = 0, numFailedTests = 0, numPendingTests = 0, testResults = [] } = read(report)
  return count(ok, numPassedTests, numFailedTests, numPendingTests, testResults.flatMap(failuresOfFile), name)
}

/** Runs projects of the browser tests. */
export function runPlaywright(...projects) {
  const report = 'test-results/e2e.json'
  rmSync(report, { force: true })
  console.log('\n── browser tests')
  if (!chromiumPath()) tool('playwright', ['install', 'chromium'])
  const ok = tool('playwright', ['test', ...projects.map((project) => `--project=${project}`)], {
    PLAYWRIGHT_JSON_OUTPUT_NAME: report,
  })
  const { stats = {}, suites = [] } = read(report)
  const { expected = 0, unexpected = 0, flaky = 0, skipped = 0 } = stats
  return count(ok, expected, unexpected + flaky, skipped, suites.flatMap(failuresOfSuite), 'browser')
}

function failuresOfFile({ name, status, message, assertionResults }) {
  const file = relative('.', name)
  const failures = assertionResults
    .filter((test) => test.status === 'failed')
    .map((test) => `${file} › ${test.fullName}: ${firstLine(test.failureMessages?.[0])}`)
  return failures.length === 0 && status === 'failed' ? [`${file}: ${firstLine(message)}`] : failures
}

function failuresOfSuite({ suites = [], specs = [] }) {
  return [
    ...specs
      .filter((spec) => !spec.ok)
      .flatMap((spec) => spec.tests.map((test) => [spec, test]))
      .filter(([, test]) => test.status === 'unexpected' || test.status === 'flaky')
      .map(
        ([spec, test]) =>
          `[${test.projectName}] ${spec.file} › ${spec.title}: ${firstLine(test.results.find((result) => result.error)?.error.message)}`,
      ),
    ...suites.flatMap(failuresOfSuite),
  ]
}

/** Vitest's reports have a placeholder where a test took too long. */
function firstLine(message = 'no message') {
  return message.trim().split('\n')[0].replace('Error: STACK_TRACE_ERROR', 'timed out')
}

function read(report) {
  return existsSync(report) ? JSON.parse(readFileSync(report, 'utf8')) : {}
}

function count(ok, passed, failed, skipped, failures, suite) {
  const broken = (!ok && failed === 0) || (ok && passed + failed === 0)
  if (broken && failures.length === 0) failures.push(`the ${suite} tests did not run to their end`)
  return { passed, failed: failed + (broken ? 1 : 0), skipped, failures }
}
