// npm run demo: installs and builds what is missing, then serves. The second time it only serves.
import { spawn } from 'node:child_process'
import { buildOnce, install, requireNode, SERVER } from '../steps.mjs'

requireNode()
if (!install() || !buildOnce()) process.exit(1)

const server = spawn(process.execPath, SERVER, {
  stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
  env: { ...process.env, LOG_LEVEL: process.env.LOG_LEVEL || 'warn' },
})
server.on('message', ({ kind, url }) => {
  if (kind === 'listening') console.log(`\n  Vision Object Classifier is at ${url}\n  Ctrl-C stops it.\n`)
})
server.on('exit', (code) => process.exit(code ?? 1))
// The server drains and then ends; this process ends with it. (A Ctrl-C reaches both, and the server heeds the first.)
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => server.kill(signal))
