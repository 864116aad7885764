// npm test: the checks, then unit, integration and browser tests against the production build.
import { runChecks } from './checks.mjs'
import { chromiumPath } from './chromium.mjs'
import { beginPlatform, checkInfraTypes } from './platform.mjs'
import { buildOnce, install, requireNode, tool } from './steps.mjs'
import { runPlaywright, runVitest } from './suites.mjs'

requireNode()
if (!install()) process.exit(1)

const platform = beginPlatform()
const checks = runChecks()
const totals = { passed: checks.passed, failed: checks.failed.length, skipped: 0 }
function add({ passed, failed, skipped }) {
  totals.passed += passed
  totals.failed += failed
  totals.skipped += skipped
}

add(runVitest('unit'))
console.log('\n── types of the deployment')
await platform
add(checkInfraTypes() ? { passed: 1, failed: 0, skipped: 0 } : { passed: 0, failed: 1, skipped: 0 })
add(runVitest('infra'))
console.log('\n── production build')
if (buildOnce()) {
  add({ passed: 1, failed: 0, skipped: 0 })
  add(runVitest('integration'))
  if (!chromiumPath()) tool('playwright', ['install', 'chromium'])
  add(runPlaywright())
} else {
  add({ passed: 0, failed: 1, skipped: 0 })
}

if (checks.failed.length > 0) console.log(`\nfailed checks: ${checks.failed.join(', ')}`)
if (totals.skipped > 0) console.log(`\n${totals.skipped} skipped, each with its reason above`)
console.log(`${totals.passed} passed, ${totals.failed} failed`)
process.exit(totals.failed === 0 ? 0 : 1)
