// npm test: the checks, then unit, infra, integration and browser tests against the production build.

import { buildOnce, install, requireNode, tool } from '../steps.mjs'
import { chromiumPath } from '../tools/chromium.mjs'
import { checkInfraTypes, startPlatformInstall } from '../tools/sst-platform.mjs'
import { runChecks } from './checks.mjs'
import { runPlaywright, runVitest } from './suites.mjs'

requireNode()
if (!install()) process.exit(1)

const platform = startPlatformInstall()
const checks = runChecks()
const totals = { passed: checks.passed, failed: checks.failed.length, skipped: 0 }
const failures = [...checks.failed]
function add(suite) {
  totals.passed += suite.passed
  totals.failed += suite.failed
  totals.skipped += suite.skipped
  failures.push(...suite.failures)
}
function addStep(name, passed) {
  add({ passed: Number(passed), failed: Number(!passed), skipped: 0, failures: passed ? [] : [name] })
}

add(runVitest('unit'))
console.log('\n── deployment types')
await platform
addStep('deployment types', checkInfraTypes())
add(runVitest('infra'))
console.log('\n── production build')
const built = buildOnce()
addStep('production build', built)
if (built) {
  add(runVitest('integration'))
  if (!chromiumPath()) tool('playwright', ['install', 'chromium'])
  add(runPlaywright())
}

// Repeat the failures at the end, because a truncated log still contains it.
if (failures.length > 0) console.log(`\nFailed:\n${failures.map((failure) => `  ${failure}`).join('\n')}`)
if (totals.skipped > 0) console.log(`\n${totals.skipped} skipped; the reasons are above`)
console.log(`${totals.passed} passed, ${totals.failed} failed`)
process.exit(totals.failed === 0 ? 0 : 1)
