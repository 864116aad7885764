// npm run demo: installs and builds what is missing, then serves. The second time it only serves.
import { spawn } from 'node:child_process'
import { buildOnce, install, requireNode } from './steps.mjs'

requireNode()
if (!install() || !buildOnce()) process.exit(1)

const server = spawn(process.execPath, ['dist/server.js'], {
  stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
  env: { ...process.env, LOG_LEVEL: process.env.LOG_LEVEL || 'warn' },
})
server.on('message', ({ kind, url }) => {
  if (kind === 'listening') console.log(`\n  Vision Object Classifier is at ${url}\n  Ctrl-C stops it.\n`)
})
server.on('exit', (code) => process.exit(code ?? 1))
// Ctrl-C reaches the server by itself; a signal to this process alone is passed on. Either way it drains first.
process.on('SIGINT', () => {})
process.on('SIGTERM', () => server.kill('SIGTERM'))
