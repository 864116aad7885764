// npm run check: all checks that take less than a minute.

import { install, requireNode } from '../steps.mjs'
import { runChecks } from './checks.mjs'
import { runVitest } from './suites.mjs'

requireNode()
if (!install()) process.exit(1)
const checks = await runChecks()
const unit = runVitest('unit')
const failed = checks.failed.length + unit.failed
console.log(
  `\n${checks.passed + unit.passed} passed, ${failed} failed${checks.failed.length ? ` (${checks.failed.join(', ')})` : ''}`,
)
process.exit(failed === 0 ? 0 : 1)
