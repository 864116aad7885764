// npm run bench -- memory: the private memory of a worker, as the kernel counts it (private pages; Linux only), step by
// step. Each row is a process that goes up to that step, once with the settings for ample and once for scarce memory.
import { execFileSync } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { machine } from './machine'

/** The same variables as in lib/server/engine/worker-process.ts. */
const AMPLE = { UV_THREADPOOL_SIZE: '3' }
const SCARCE = {
  ...AMPLE,
  MALLOC_ARENA_MAX: '1',
  MALLOC_MMAP_THRESHOLD_: '131072',
  MALLOC_TRIM_THRESHOLD_: '131072',
}
const TIMES = 3
const NAMES = readdirSync('models').filter((name) => name.startsWith('efficientnet'))
const MODELS = NAMES.map((name) => join('models', name, 'onnx', 'model.onnx'))
const STEPS = ['Node', 'sharp', 'ONNX Runtime', ...NAMES, 'six photos of 12 megapixels']

function held(steps: number, env: object): number {
  const args = ['bench/memory-step.mjs', String(steps), ...MODELS]
  const run = () => Number(execFileSync(process.execPath, args, { env: { ...process.env, ...env } })) / 1e6
  return Array.from({ length: TIMES }, run).sort((a, b) => a - b)[Math.floor(TIMES / 2)] ?? Number.NaN
}

console.log(`${machine()}\n`)
console.log(`${'private MB, including all above'.padEnd(32)} ample  scarce`)
for (const [i, step] of STEPS.entries()) {
  const cells = [AMPLE, SCARCE].map((env) => held(i, env).toFixed(0).padStart(6))
  console.log(`${step.padEnd(32)}${cells.join('  ')}`)
}
