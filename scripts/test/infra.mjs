// npm run infra:test: checks the AWS deployment without an account: its types, and the invariants of each stage.

import { install, requireNode } from '../steps.mjs'
import { checkInfraTypes } from '../tools/sst-platform.mjs'
import { runVitest } from './suites.mjs'

requireNode()
if (!install()) process.exit(1)
const types = await checkInfraTypes()
const graph = runVitest('infra')
const failed = graph.failed + (types ? 0 : 1)
console.log(`\n${graph.passed + (types ? 1 : 0)} passed, ${failed} failed${types ? '' : ' (types)'}`)
process.exit(failed === 0 ? 0 : 1)
