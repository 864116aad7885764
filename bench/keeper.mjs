// node bench/keeper.mjs <command> [argument …]: runs a command, and ends it with all that it has started as soon as whoever started the keeper is gone. That is told by the
// keeper's standard input, a pipe: the kernel closes it however its other end came to die. Start the keeper detached, or a Ctrl-C reaches it too.
import { spawn } from 'node:child_process'
import { setTimeout as sleep } from 'node:timers/promises'

/** What does not end within this when it is asked to is killed. */
const GRACE_MS = 3000
const LOOK_MS = 50
const NOT_STARTED = 127
const INTERRUPTED = 130

const [command, ...args] = process.argv.slice(2)
// A process group of its own, by whose number all of it is found even when its first process is gone.
const child = spawn(command, args, { stdio: ['ignore', 'inherit', 'inherit'], detached: true })
let ending = false

/** Sends a signal to all of them; false where there are none any more. */
function tell(signal) {
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
  tell('SIGTERM')
  const until = performance.now() + GRACE_MS
  while (tell(0) && performance.now() < until) await sleep(LOOK_MS)
  tell('SIGKILL')
  process.exit(code)
}

child.on('error', (error) => {
  console.error(`${command} cannot be run: ${error.message}`)
  process.exit(NOT_STARTED)
})
child.on('exit', (code) => end(code ?? 1))
process.stdin.on('close', () => end(INTERRUPTED)).resume()
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => end(INTERRUPTED))
