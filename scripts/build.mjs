// The production build: Next's pages, then the entries that Node runs.
import { spawnSync } from 'node:child_process'
import { bundle } from './bundle.mjs'

const next = spawnSync('npx', ['next', 'build'], {
  stdio: 'inherit',
  env: { ...process.env, NEXT_TELEMETRY_DISABLED: '1' },
})
if (next.status !== 0) process.exit(next.status ?? 1)
await bundle()
