// npm run demo: installs and builds if needed, then serves.
import { spawn } from 'node:child_process'
import { buildOnce, install, requireNode, SERVER } from '../steps.mjs'

requireNode()
if (!install() || !buildOnce()) process.exit(1)

const server = spawn(process.execPath, SERVER, {
  stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
  env: { ...process.env, LOG_LEVEL: process.env.LOG_LEVEL || 'warn' },
})
server.on('message', ({ kind, url }) => {
  if (kind === 'listening') console.log(`\n  Vision Object Classifier is running at ${url}\n  Press Ctrl-C to stop.\n`)
})
server.on('exit', (code) => process.exit(code ?? 1))
// The server drains and exits, and this process exits with it. Ctrl-C reaches both. On Windows, `kill` would end the
// server at once, so there it isn't repeated.
for (const signal of ['SIGINT', 'SIGTERM']) {
  process.on(signal, () => {
    if (process.platform !== 'win32') server.kill(signal)
  })
}
