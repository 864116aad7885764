// npm run test:full: what takes too long for every push. Its last result stands in docs/proof.md.
import { buildOnce, install, requireNode } from '../steps.mjs'
import { runVitest } from './suites.mjs'

requireNode()
if (!install() || !buildOnce()) process.exit(1)
const { passed, failed } = runVitest('full')
console.log(`${passed} passed, ${failed} failed`)
process.exit(failed === 0 ? 0 : 1)
