// node bench/keeper.mjs <command> [argument …]: runs a command, and ends it with all processes that it has started as
// soon as the starter of the keeper is gone. The keeper notices this because its standard input is a pipe, which the
// kernel closes however the other end died. Start the keeper detached, because otherwise Ctrl-C reaches it, too.
import { spawn, spawnSync } from 'node:child_process'
import { setTimeout as sleep } from 'node:timers/promises'

/** Processes that haven't ended this long after SIGTERM are killed. */
const GRACE_MS = 3000
const LOOK_MS = 50
const NOT_STARTED = 127
const INTERRUPTED = 130

const [command, ...args] = process.argv.slice(2)
// A separate process group, whose ID reaches all processes even when the first one has ended.
const child = spawn(command, args, { stdio: ['ignore', 'inherit', 'inherit'], detached: true })
let ending = false

/** Sends a signal to the process group. Returns false if it has no processes left. */
function signalAll(signal) {
  try {
    process.kill(-child.pid, signal)
    return true
  } catch {
    return false
  }
}

async function end(code) {
  if (ending) return
  ending = true
  // Windows has no process groups and no SIGTERM.
  if (process.platform === 'win32') spawnSync('taskkill', ['/pid', String(child.pid), '/t', '/f'], { stdio: 'ignore' })
  signalAll('SIGTERM')
  const until = performance.now() + GRACE_MS
  while (signalAll(0) && performance.now() < until) await sleep(LOOK_MS)
  signalAll('SIGKILL')
  process.exit(code)
}

child.on('error', (error) => {
  console.error(`${command} cannot be run: ${error.message}`)
  process.exit(NOT_STARTED)
})
child.on('exit', (code) => end(code ?? 1))
process.stdin.on('close', () => end(INTERRUPTED)).resume()
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => end(INTERRUPTED))
