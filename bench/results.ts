// npm run bench -- results: the cost of writing a million results (--rows) in each format to a file, in separate
// processes.
import { execFileSync } from 'node:child_process'
import { createWriteStream, mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { parseArgs } from 'node:util'
import { RESULT_FORMATS, type ResultFormat, type ResultRow } from '@/lib/shared/results/columns'
import { resultFile } from '@/lib/shared/results/result-file'
import { machine } from './machine'

const { values } = parseArgs({
  allowPositionals: true,
  options: { rows: { type: 'string', default: '1000000' }, format: { type: 'string' } },
})
const LABELS = ['koala', 'goldfish', 'espresso', 'Egyptian cat', 'lakeside', 'warplane, military plane']
const HEX = '0123456789abcdef'

/** Realistic rows: no two scores and no two digests are the same. */
function* rows(count: number): Generator<ResultRow> {
  let state = 1
  const next = () => {
    state = (state * 48_271) % 2_147_483_647
    return state / 2_147_483_647
  }
  const digest = () => Array.from({ length: 64 }, () => HEX[Math.floor(16 * next())]).join('')
  const revision = `sha256:${digest()}`
  for (let i = 0; i < count; i++) {
    const scores = Array.from({ length: 5 }, next).sort((a, b) => b - a)
    const labels = scores.map((score) => LABELS[Math.floor(LABELS.length * score)] as string)
    yield {
      file: `photos/2026/${String(i).padStart(7, '0')}.jpg`,
      status: 'ok',
      label: labels[0] as string,
      score: scores[0] as number,
      top_labels: labels,
      top_scores: scores,
      uncertain: (scores[0] as number) < 0.5,
      width: 4000,
      height: 3000,
      bytes: 1_000_000 + Math.floor(1e6 * next()),
      sha256: digest(),
      model: 'efficientnet-lite1-int8',
      revision,
      ms: Math.round(100 * next()) / 10,
      error_code: null,
      error: null,
    }
  }
}

/** Writes one file and prints the time, its size, and the resident memory before and at the peak. */
async function measure(format: ResultFormat, count: number): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'bench-results-'))
  try {
    const path = join(folder, `results.${format}`)
    const before = process.resourceUsage().maxRSS / 1024
    const start = performance.now()
    await pipeline(Readable.from(resultFile(rows(count), format)), createWriteStream(path))
    const seconds = (performance.now() - start) / 1000
    const peak = process.resourceUsage().maxRSS / 1024
    console.log(
      `${format.padEnd(8)}${seconds.toFixed(1).padStart(8)} s${(statSync(path).size / 1e6).toFixed(0).padStart(8)} MB${before.toFixed(0).padStart(8)} MiB before, ${peak.toFixed(0)} MiB at most`,
    )
  } finally {
    rmSync(folder, { recursive: true })
  }
}

const requested = RESULT_FORMATS.find((format) => format === values.format)
if (requested) await measure(requested, Number(values.rows))
else {
  console.log(`${machine()}; ${Number(values.rows).toLocaleString('en')} rows`)
  for (const format of RESULT_FORMATS) {
    const args = ['--import', 'tsx', 'bench/results.ts', '--rows', values.rows, '--format', format]
    execFileSync(process.execPath, args, { stdio: 'inherit' })
  }
}
