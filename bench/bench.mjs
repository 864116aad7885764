// npm run bench: measures the production build. `-- page` measures the first paint, `-- batch` many photos, `-- explain`
// explanations, `-- embed` embeddings, `-- heic` HEIC photos, `-- results` files with a million rows, `-- memory` the
// memory of a worker, `-- job-memory` that of a job, `-- train` the training of custom models, `-- label` the order of
// labeling, `-- multi-label` models of several labels a photo, `-- custom-models` a server that has many, `-- dialects`
// the APIs of other servers, `-- keys` what checking API keys costs, `-- search` search in vectors, `-- check` what the
// check of data sets finds, `-- check-size` checks of many photos, `-- map` the map of a batch, `-- device`
// classification in the browser, `-- start` the start of a server, `-- tail` how long the slowest of a hundred photos
// take. With `--as-avx2` or `--as-avx-vnni`, each of them takes a processor with AVX-512 for one that only has AVX2, or AVX2
// and AVX-VNNI.

import { buildOnce, install, requireNode } from '../scripts/steps.mjs'
import { keep } from './keep.mjs'
import { asProcessor, isProcessorOption } from './processor/as-processor.mjs'

requireNode()
if (!install() || !buildOnce()) process.exit(1)
const args = process.argv.slice(2).filter((arg) => !isProcessorOption(arg))
const processor = process.argv.find(isProcessorOption)
const env = processor ? { ...process.env, ...asProcessor(processor) } : process.env
const [kind] = args
const scripts = {
  page: 'bench/page.ts',
  batch: 'bench/batch.ts',
  explain: 'bench/explain.ts',
  embed: 'bench/embed.ts',
  heic: 'bench/heic.ts',
  results: 'bench/results.ts',
  memory: 'bench/memory.ts',
  'job-memory': 'bench/job-memory.ts',
  train: 'bench/train.ts',
  label: 'bench/label.ts',
  'multi-label': 'bench/multi-label.ts',
  'custom-models': 'bench/custom-models.ts',
  dialects: 'bench/dialects.ts',
  keys: 'bench/keys.ts',
  search: 'bench/search.ts',
  check: 'bench/check.ts',
  'check-size': 'bench/check-size.ts',
  map: 'bench/map.ts',
  device: 'bench/device.ts',
  start: 'bench/start.ts',
  tail: 'bench/tail.ts',
}
const script = scripts[kind] ?? 'bench/run.ts'
const bench = keep(process.execPath, ['--import', 'tsx', script, ...args], { env })
bench.on('exit', (code) => process.exit(code ?? 1))
// Servers, browsers and senders stop with it. Peers have their own keepers and may take seconds longer.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => bench.stdin.end())
