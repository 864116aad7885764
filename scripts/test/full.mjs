// npm run test:full: tests that take too long for every push. docs/proof.md contains the latest results.
import { buildOnce, install, requireNode } from '../steps.mjs'
import { runVitest } from './suites.mjs'

requireNode()
if (!install() || !buildOnce()) process.exit(1)
const { passed, failed } = runVitest('full')
console.log(`${passed} passed, ${failed} failed`)
process.exit(failed === 0 ? 0 : 1)
