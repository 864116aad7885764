// npm test: the checks, then the unit, infrastructure, integration and browser tests against the production build.
// npm test -- integration: one part of it; CI runs the parts side by side.
// npm test -- extended: more integration and browser tests, which npm test alone leaves out.
import { buildOnce, install, requireNode } from '../steps.mjs'
import { checkInfraTypes, startPlatformInstall } from '../tools/sst-platform.mjs'
import { beginTools } from './begin-tools.mjs'
import { CHECKS, runChecks } from './checks.mjs'
import { runPlaywright, runVitest } from './suites.mjs'

const PARTS = ['check', 'infra', 'integration', 'browser']
const EXTENDED = 'extended'
const asked = process.argv.slice(2)
const unknown = asked.filter((name) => name !== EXTENDED && !PARTS.includes(name))
if (unknown.length > 0) {
  console.error(`There is no part "${unknown[0]}". The parts are ${PARTS.join(', ')}, and ${EXTENDED}.`)
  process.exit(2)
}
const has = (part) => asked.includes(part) || (asked.length === 0 && part !== EXTENDED)

requireNode()
if (!install()) process.exit(1)

const totals = { passed: 0, failed: 0, skipped: 0 }
const failures = []
function add(suite) {
  totals.passed += suite.passed
  totals.failed += suite.failed
  totals.skipped += suite.skipped
  failures.push(...suite.failures)
}
function addStep(name, passed) {
  add({ passed: Number(passed), failed: Number(!passed), skipped: 0, failures: passed ? [] : [name] })
}

const platform = has('infra') ? startPlatformInstall() : undefined
const tools = has('infra') || has('integration') || has(EXTENDED) ? beginTools({ extended: has(EXTENDED) }) : undefined
const INFRA_TYPES = ['types of the deployment', () => platform.then(checkInfraTypes)]
const checks = [...(has('check') ? CHECKS : []), ...(has('infra') ? [INFRA_TYPES] : [])]
if (checks.length > 0) {
  console.log('\n── checks')
  const { passed, failed } = await runChecks(checks)
  add({ passed, failed: failed.length, skipped: 0, failures: failed })
}
if (has('check')) add(runVitest('unit'))
if (has('infra')) {
  await tools
  add(runVitest('infra'))
}
if (has('integration') || has('browser') || has(EXTENDED)) {
  console.log('\n── production build')
  const built = buildOnce()
  addStep('production build', built)
  if (built && has('integration')) {
    await tools
    add(runVitest('integration', 'alone'))
  }
  if (built && has('browser')) add(runPlaywright('desktop', 'phone'))
  if (built && has(EXTENDED)) {
    await tools
    add(runVitest(EXTENDED, 'alone-extended'))
    add(runPlaywright('desktop-extended', 'phone-extended'))
  }
}

// Named again at the end, where a log that is cut still has them.
if (failures.length > 0) console.log(`\nFailed:\n${failures.map((failure) => `  ${failure}`).join('\n')}`)
if (totals.skipped > 0) console.log(`\n${totals.skipped} skipped, each with its reason above`)
console.log(`${totals.passed} passed, ${totals.failed} failed`)
process.exit(totals.failed === 0 ? 0 : 1)
