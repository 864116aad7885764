// npm run dev: everything reloads. Next rebuilds pages and routes, esbuild rebuilds the workers, and the runtime
// replaces its engine at the first request after a change. All requests go through Next here.
import { spawn } from 'node:child_process'
import { requireBasePath } from '../build/base-path.mjs'
import { watchServer } from '../build/bundle.mjs'
import { install, requireNode, toolScript } from '../steps.mjs'

requireNode()
requireBasePath()
if (!install()) process.exit(1)
const watcher = await watchServer('dist/dev')
const { PORT = '3000', HOST = '127.0.0.1' } = process.env
const next = spawn(process.execPath, [toolScript('next'), 'dev', '-p', PORT, '-H', HOST], {
  stdio: 'inherit',
  env: { ...process.env, NEXT_TELEMETRY_DISABLED: '1' },
})
next.on('error', ({ message }) => {
  console.error(`next cannot be run: ${message}`)
  process.exit(1)
})
next.on('exit', async (code) => {
  await watcher.dispose()
  process.exit(code ?? 0)
})
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => next.kill(signal))
