// npm run wasm: compiles lib/server/image/assembly/resample.ts into lib/server/image/resample-wasm.ts. The compiler is
// fetched for this alone, since the result is committed; tests/parity proves it bit for bit.
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const COMPILER = 'assemblyscript@0.28.20'
const out = join(mkdtempSync(join(tmpdir(), 'wasm-')), 'resample.wasm')
const flags = ['--enable', 'simd', '--runtime', 'stub', '-O3', '--noAssert']
execFileSync(
  'npx',
  ['--yes', '-p', COMPILER, 'asc', 'lib/server/image/assembly/resample.ts', '--outFile', out, ...flags],
  { stdio: 'inherit' },
)
const base64 = readFileSync(out).toString('base64')
const lines = base64.match(/.{1,100}/g).map((line) => `  '${line}',`)
writeFileSync(
  'lib/server/image/resample-wasm.ts',
  `/** The compiled passes of the resampler, in base64. Made by \`npm run wasm\` from assembly/resample.ts. */
export const RESAMPLE_WASM = [
${lines.join('\n')}
].join('')
`,
)
console.log(`${readFileSync(out).length} bytes`)
