// npm run bench: measures the production build; `npm run bench -- page` how fast the first page is painted.
import { buildOnce, install, requireNode, tool } from './steps.mjs'

requireNode()
if (!install() || !buildOnce()) process.exit(1)
const page = process.argv[2] === 'page'
process.exit(tool('tsx', [page ? 'bench/page.ts' : 'bench/run.ts', ...process.argv.slice(2)]) ? 0 : 1)
