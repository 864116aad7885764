// npm run bench: measures the production build; `-- page` how fast the first page is painted, `-- batch` many photos, `-- explain` the maps of explanations, `-- heic` what HEIC costs, `-- results` files of a million rows, `-- memory` what a worker holds.

import { buildOnce, install, requireNode } from '../scripts/steps.mjs'
import { keep } from './keep.mjs'

requireNode()
if (!install() || !buildOnce()) process.exit(1)
const [kind] = process.argv.slice(2)
const scripts = {
  page: 'bench/page.ts',
  batch: 'bench/batch.ts',
  explain: 'bench/explain.ts',
  heic: 'bench/heic.ts',
  results: 'bench/results.ts',
  memory: 'bench/memory.ts',
}
const script = scripts[kind] ?? 'bench/run.ts'
const bench = keep(process.execPath, ['--import', 'tsx', script, ...process.argv.slice(2)])
bench.on('exit', (code) => process.exit(code ?? 1))
// Servers, browsers and senders end with it; peers, which have keepers of their own, may take seconds longer.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => bench.stdin.end())
