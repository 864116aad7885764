// npm run bench: measures the production build.
import { buildOnce, install, requireNode, tool } from './steps.mjs'

requireNode()
if (!install() || !buildOnce()) process.exit(1)
process.exit(tool('tsx', ['bench/run.ts', ...process.argv.slice(2)]) ? 0 : 1)
