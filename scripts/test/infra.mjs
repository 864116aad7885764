// npm run infra:test: the deployment to AWS without an account: its types, and each stage's resources against what must hold.

import { install, requireNode } from '../steps.mjs'
import { checkInfraTypes } from '../tools/sst-platform.mjs'
import { runVitest } from './suites.mjs'

requireNode()
if (!install()) process.exit(1)
const types = checkInfraTypes()
const graph = runVitest('infra')
const failed = graph.failed + (types ? 0 : 1)
console.log(`\n${graph.passed + (types ? 1 : 0)} passed, ${failed} failed${types ? '' : ' (types)'}`)
process.exit(failed === 0 ? 0 : 1)
