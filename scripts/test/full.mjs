// npm run test:full: the extended tests, then those that take too long for every push. docs/proof.md has the latest results.
import { buildOnce, install, requireNode } from '../steps.mjs'
import { runPlaywright, runVitest } from './suites.mjs'

requireNode()
if (!install() || !buildOnce()) process.exit(1)
const suites = [
  runVitest('extended', 'alone-extended'),
  runPlaywright('desktop-extended', 'phone-extended'),
  runVitest('full'),
]
const passed = suites.reduce((sum, suite) => sum + suite.passed, 0)
const failures = suites.flatMap((suite) => suite.failures)
const failed = suites.reduce((sum, suite) => sum + suite.failed, 0)
if (failed > 0) console.log(`\nFailed:\n${failures.map((failure) => `  ${failure}`).join('\n')}`)
console.log(`${passed} passed, ${failed} failed`)
process.exit(failed === 0 ? 0 : 1)
